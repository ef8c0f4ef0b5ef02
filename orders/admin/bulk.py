"""One act on many orders: chosen in the list, looked over on a page, then done one by one, each for itself."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from common import idempotency
from common.admin import CreationForm
from common.admin.acts import actor_of
from common.errors import DomainError
from common.idempotency import Answer, Key
from common.transactions import run
from orders.admin.acts import Cancel, Confirm, Deliver, OrderAct, Ship
from orders.admin.holds import PlaceHold
from orders.models import AGGREGATE, Order

MOST_ORDERS = 500
MOST_PRODUCTS_SHOWN = 50
BULK: dict[str, type[OrderAct]] = {act.name: act for act in (Confirm, Ship, Deliver, PlaceHold, Cancel)}

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
        orders = list(queryset[: MOST_ORDERS + 1])
        going = tuple((order.pk, order.version) for order in orders[:MOST_ORDERS] if not act.blockers(order))
        form = _form_of(act)(initial={"orders": going})
        return _page(model_admin, request, act, form, orders[:MOST_ORDERS], are_more=len(orders) > MOST_ORDERS)

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
    orders = list(Order.objects.with_lines().filter(pk__in=[pk for pk, _ in seen]).order_by("-pk"))
    return _page(model_admin, request, act, form, orders)


def _form_of(act: type[OrderAct]) -> type[CreationForm]:
    """What the act asks for, once for all the orders."""
    asked = {name: field for name, field in act.form_class.base_fields.items() if name != "version"}
    return type(f"Bulk{act.__name__}", (CreationForm,), {**asked, "orders": ChosenField(max_length=20_000)})


def _do_each(request: HttpRequest, act: type[OrderAct], form: CreationForm) -> list[Outcome]:
    user: Any = request.user
    actor, given = actor_of(request), form.fields_given()
    chosen: Chosen = given.pop("orders")
    outcomes = []
    for order_id, version in chosen:
        body = {"act": act.name, "version": version, **given}
        fingerprint = idempotency.fingerprint("POST", f"{request.path}{order_id}", "", body)
        key = Key(user.pk, f"{form.cleaned_data['idempotency_key']}:{order_id}", fingerprint)
        outcomes.append(_outcome(act, order_id, key, actor=actor, expected_version=version, **given))
    return outcomes


def _outcome(act: type[OrderAct], order_id: int, key: Key, **fields: Any) -> Outcome:
    def answer() -> Answer:
        order = act.service(order_id, **fields)
        return Answer(200, "", {}, AGGREGATE, order.pk)

    number = Order(pk=order_id).number
    try:
        replayed = run(answer, key=key).replayed
    except DomainError as refusal:
        return Outcome(order_id, number, False, refusal.detail)
    return Outcome(order_id, number, True, f"{act.done}{' It had been done before.' if replayed else ''}")


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
    common: Mapping[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"{act.label}: many orders",
        "act": act,
        "media": model_admin.media,
        "address": reverse("admin:orders_order_bulk", args=[act.name]),
    }
    return TemplateResponse(request, "admin/orders/order/bulk.html", {**common, **context})


def _stock_effect(act: type[OrderAct], orders: Sequence[Order]) -> list[tuple[str, str]]:
    """What the act does to the stock, summed by SKU, the most units first."""
    words = {"cancel": "available again", "ship": "leave the shelf"}.get(act.name)
    if words is None:
        return []
    units = Counter[str]()
    for order in orders:
        units.update({line.sku: line.quantity for line in order.lines})
    shown = [(sku, f"{count:,} {words}") for sku, count in units.most_common(MOST_PRODUCTS_SHOWN)]
    rest = len(units) - len(shown)
    return [*shown, *([("…", f"and of {rest:,} more products")] if rest > 0 else [])]
