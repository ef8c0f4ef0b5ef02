"""One act on many orders: chosen in the list, looked over on a page, then done one by one, each for itself."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from common.admin import CreationForm
from common.admin.acts import actor_of, do_to_one
from common.errors import DomainError
from orders.admin.acts import Cancel, Confirm, Deliver, OrderAct, Ship
from orders.admin.holds import PlaceHold
from orders.models import Order, units

MOST_ORDERS = 500
MOST_PRODUCTS_SHOWN = 50
BULK: dict[str, type[OrderAct]] = {act.name: act for act in (Confirm, Ship, Deliver, PlaceHold, Cancel)}

# By the act that moves stock: which units, and what becomes of them.
STOCK_EFFECTS = {"cancel": (units.kept, "available again"), "ship": (units.waiting, "leave the shelf")}

Chosen = tuple[tuple[int, int], ...]


class ChosenField(forms.CharField):
    """The orders that were looked over, each with the version that was seen: 12:3,13:1."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            pairs = [pair.split(":") for pair in str(value).split(",")]
            chosen = tuple((int(pk), int(version)) for pk, version in pairs)
        except ValueError:
            raise ValidationError("The orders on this page are not whole any more. Please choose them anew.") from None
        if len(chosen) > MOST_ORDERS or not all(0 < number < 2**31 for pair in chosen for number in pair):
            raise ValidationError(f"At most {MOST_ORDERS} orders at a time.")
        return chosen

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else ",".join(f"{pk}:{version}" for pk, version in value or ())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one order, or why nothing did."""

    order_id: int
    number: str
    is_done: bool
    words: str


def offered_to(request: HttpRequest) -> dict[str, tuple[Callable[..., HttpResponse], str, str]]:
    """The acts that a person may do to many orders, as the list of a ModelAdmin wants them."""
    return {name: (_chooser(act), name, act.label) for name, act in BULK.items() if act.permits(request)}


def _chooser(act: type[OrderAct]) -> Callable[..., HttpResponse]:
    def choose(model_admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse:
        """Show what would become of the orders that were ticked, or of all that the filter lets through."""
        chosen = list(queryset.values_list("pk", flat=True)[: MOST_ORDERS + 1])
        orders = _orders(chosen[:MOST_ORDERS])
        going = tuple((order.pk, order.version) for order in orders if not act.blockers(order))
        form = _form_of(act)(initial={"orders": going})
        return _page(model_admin, request, act, form, orders, are_more=len(chosen) > MOST_ORDERS)

    return choose


def bulk_view(model_admin: Any, request: HttpRequest, name: str) -> HttpResponse:
    """Do it. Sent again, as after a crash, it replays what was done and goes on with the rest."""
    act = BULK.get(name)
    if act is None:
        raise Http404(f"Nothing called {name!r} is done to many orders.")
    if not act.permits(request):
        raise PermissionDenied
    if request.method != "POST":
        return redirect("admin:orders_order_changelist")
    form = _form_of(act)(request.POST)
    if form.is_valid():
        return _result(model_admin, request, act, _do_each(request, act, form))
    seen: Chosen = form.cleaned_data.get("orders", ())
    return _page(model_admin, request, act, form, _orders([pk for pk, _ in seen]))


def _orders(pks: Sequence[int]) -> list[Order]:
    """The orders as the page shows them, in the order in which they are named."""
    found = Order.objects.with_lines().select_related("customer").in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def _form_of(act: type[OrderAct]) -> type[CreationForm]:
    """What the act asks for, once for all the orders."""
    asked = {name: field for name, field in act.form_class.base_fields.items() if name != "version"}
    return type(f"Bulk{act.__name__}", (CreationForm,), {**asked, "orders": ChosenField(max_length=20_000)})


def _do_each(request: HttpRequest, act: type[OrderAct], form: CreationForm) -> list[Outcome]:
    given = form.fields_given()
    chosen: Chosen = given.pop("orders")
    outcomes = []
    for order_id, version in chosen:
        number = Order(pk=order_id).number
        asked = {"act": act.name, "version": version, **given}
        service = partial(act.service, order_id, actor=actor_of(request), expected_version=version, **given)
        try:
            again = " It had been done before." if do_to_one(request, form, order_id, asked, service) else ""
        except DomainError as refusal:
            outcomes.append(Outcome(order_id, number, False, refusal.detail))
        else:
            outcomes.append(Outcome(order_id, number, True, act.done + again))
    return outcomes


def _page(
    model_admin: Any,
    request: HttpRequest,
    act: type[OrderAct],
    form: CreationForm,
    orders: Sequence[Order],
    *,
    are_more: bool = False,
) -> HttpResponse:
    judged = [(order, act.blockers(order)) for order in orders]
    going = [order for order, blockers in judged if not blockers]
    return _answer(
        model_admin,
        request,
        act,
        form=form,
        going=going,
        staying=[(order, blockers[0].detail) for order, blockers in judged if blockers],
        stock=_stock_effect(act, going),
        are_more=are_more,
        most=MOST_ORDERS,
    )


def _result(model_admin: Any, request: HttpRequest, act: type[OrderAct], outcomes: list[Outcome]) -> HttpResponse:
    done = sum(outcome.is_done for outcome in outcomes)
    return _answer(model_admin, request, act, outcomes=outcomes, done=done, refused=len(outcomes) - done)


def _answer(model_admin: Any, request: HttpRequest, act: type[OrderAct], **context: Any) -> HttpResponse:
    found_in = f"?{request.GET.urlencode()}" if request.GET else ""  # the list from which one came
    common: Mapping[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"{act.label}: many orders",
        "act": act,
        "media": model_admin.media,
        "address": reverse("admin:orders_order_bulk", args=[act.name]) + found_in,
        "list_address": reverse("admin:orders_order_changelist") + found_in,
    }
    return TemplateResponse(request, "admin/orders/order/bulk.html", {**common, **context})


def _stock_effect(act: type[OrderAct], orders: Sequence[Order]) -> list[tuple[str, str]]:
    """What the act does to the stock, summed by SKU, the most units first."""
    if act.name not in STOCK_EFFECTS:
        return []
    count, words = STOCK_EFFECTS[act.name]
    moved = Counter[str]()
    for order in orders:
        counted = count(order)
        moved.update({line.sku: counted[line.pk] for line in order.lines if counted[line.pk]})
    shown = [(sku, f"{number:,} {words}") for sku, number in moved.most_common(MOST_PRODUCTS_SHOWN)]
    rest = len(moved) - len(shown)
    return [*shown, *([("…", f"and of {rest:,} more products")] if rest > 0 else [])]
