"""What is printed: packing slips, an order's confirmation, and the pick list of several orders."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from orders.models import Order, OrderItem, notes_for_customer, units
from products.models import Product

DOCUMENTS = {"packing-slip": "Packing slip", "confirmation": "Order confirmation"}
MOST_ORDERS = 500


@dataclass(slots=True)
class Pick:
    """What is taken from one shelf, in all and for each order."""

    sku: str
    name: str
    units: int = 0
    orders: list[tuple[str, int]] = field(default_factory=list)


def document_view(model_admin: Any, request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One order on paper."""
    if name not in DOCUMENTS:
        raise Http404(f"There is no document {name!r}.")
    order = model_admin.record_or_404(request, pk)
    facts = _agreed(order) if name == "confirmation" else {"lines": _to_send(order)}
    return _paper(request, name, DOCUMENTS[name], order=order, **facts)


def parcel_view(model_admin: Any, request: HttpRequest, pk: int, shipment_id: int) -> HttpResponse:
    """The packing slip of one of an order's parcels."""
    order = model_admin.record_or_404(request, pk)
    parcel = next((each for each in order.parcels if each.pk == shipment_id and each.is_live), None)
    if parcel is None:
        raise Http404(f"{order} has no parcel {shipment_id}.")
    inside = units.inside(parcel)
    return _paper(
        request, "packing-slip", DOCUMENTS["packing-slip"], order=order, parcel=parcel, lines=_of_lines(order, inside)
    )


def _of_lines(order: Order, counted: units.Units) -> list[tuple[OrderItem, int]]:
    return [(line, counted[line.pk]) for line in order.lines if counted[line.pk]]


def _to_send(order: Order) -> list[tuple[OrderItem, int]]:
    """What has still to be sent, in parcels or not yet; of an order of which nothing has, all that it was of."""
    return _of_lines(order, units.waiting(order) or units.kept(order))


def _agreed(order: Order) -> dict[str, Any]:
    """What the customer agreed to, line by line with the units that will never come; and what that makes of the sum."""
    closed = units.short_closed(order)
    less = {"Not delivered": order.short_closed_cents, "Returned": order.returned_cents}
    less["Cancelled"] = order.total_cents - sum(less.values()) - order.due_cents
    return {
        "lines": [(line, closed[line.pk]) for line in order.lines],
        "less": [(label, -cents) for label, cents in less.items() if cents],
        "notes": notes_for_customer(order.pk),
    }


def choose_for_picking(model_admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse:
    """Lead to the pick list of the orders that were ticked; its address can be opened again."""
    ids = queryset.order_by("pk").values_list("pk", flat=True)[: MOST_ORDERS + 1]
    chosen = ",".join(map(str, ids))
    return redirect(f"{reverse('admin:orders_order_pick_list')}?orders={chosen}")


def pick_list_view(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """What to take from the shelves for those of these orders that can be packed, and what keeps the others."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    ids = _ids(request.GET.get("orders", ""))
    orders = list(Order.objects.with_lines().filter(pk__in=ids).order_by("pk"))
    judged = [(order, order.blockers("prepare_shipment")) for order in orders]
    ready = [order for order, blockers in judged if not blockers]
    others = [(order, blockers[0].detail) for order, blockers in judged if blockers]
    return _paper(request, "pick-list", "Pick list", picks=_picks(ready), ready=ready, others=others)


def _ids(text: str) -> list[int]:
    words = text.split(",")
    if not all(word.isascii() and word.isdigit() and len(word) < 19 for word in words) or len(words) > MOST_ORDERS:
        raise BadRequest(f"A pick list is of 1 to {MOST_ORDERS} orders, named by their ids.")
    return [int(word) for word in words]


def _picks(orders: Sequence[Order]) -> list[Pick]:
    """What is in no shipment yet, by SKU, as the shelves are labelled today."""
    free = {order.pk: units.free(order) for order in orders}
    wanted = [(order, line, free[order.pk][line.pk]) for order in orders for line in order.lines]
    products = Product.objects.only("sku", "name").in_bulk({line.product_id for _, line, _ in wanted})
    picks: dict[int, Pick] = {}
    for order, line, quantity in wanted:
        if not quantity:
            continue
        product = products[line.product_id]
        pick = picks.setdefault(product.pk, Pick(product.sku, product.name))
        pick.units += quantity
        pick.orders.append((order.number, quantity))
    return sorted(picks.values(), key=lambda pick: pick.sku)


def _paper(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    common = {"title": title, "business": settings.OMS_BUSINESS_NAME}
    return TemplateResponse(request, f"admin/orders/order/print/{template}.html", {**common, **context})
