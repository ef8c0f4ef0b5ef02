"""The list of orders and the page of one."""

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common import money
from common.admin import RecordAdmin, moment
from events.services import Entry, timeline
from orders.admin.holds import holds_of
from orders.models import AGGREGATE, Hold, Order
from products.models import StockMovement

MOST_COUNTED = 100
Status = Order.Status
# What an event's type says of the status; one is cancelled from PENDING as well as from CONFIRMED.
MOVES: dict[str, tuple[str | None, str]] = {
    "order.placed": (None, Status.PENDING),
    "order.confirmed": (Status.PENDING, Status.CONFIRMED),
    "order.shipped": (Status.CONFIRMED, Status.SHIPPED),
    "order.delivered": (Status.SHIPPED, Status.DELIVERED),
    "order.cancelled": (None, Status.CANCELLED),
}
HOLDS = {"order.hold_placed": "on", "order.hold_released": "released"}


def told_by(entry: Entry) -> dict[str, tuple[Any, Any]]:
    """What an event's type says of the order, besides what its payload does."""
    if entry.type in MOVES:
        return {"status": MOVES[entry.type]}
    if entry.type in HOLDS:
        return {f"hold_for_{entry.payload['kind']}": (None, HOLDS[entry.type])}
    return {}


class OnHoldFilter(admin.SimpleListFilter):
    title, parameter_name = "on hold", "on_hold"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), *((kind.value, f"For {kind.label}") for kind in Hold.Kind)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        kind = self.value()
        if kind is None:
            return queryset
        held = queryset.on_hold()
        return held if kind == "yes" else held.filter(held_for__contains=[kind])


@admin.register(Order)
class OrderAdmin(RecordAdmin):
    list_display = ("number", "customer", "state", "total", "created_at", "external_ref")
    list_display_links = ("number",)
    list_filter = ("status", OnHoldFilter, "created_at")
    list_select_related = ("customer",)
    search_fields = ("external_ref",)
    search_help_text = "An order number (SO-…), an e-mail address, an external reference or a SKU"
    ordering = ("-created_at", "-id")  # as the indexes have it
    sortable_by = ("number", "created_at")
    record_template = "admin/orders/order/record.html"

    @admin.display(ordering="pk")
    def number(self, order: Order) -> str:
        return order.number

    @admin.display(description="total")
    def total(self, order: Order) -> str:
        return money.shown(order.total_cents)

    @admin.display(description="status")
    def state(self, order: Order) -> SafeString:
        held = format_html(' <span class="state state-held">{}</span>', "ON HOLD") if order.held_for else ""
        return format_html('<span class="state state-{}">{}</span>{}', order.status.lower(), order.status, held)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "customer__id__exact" or super().lookup_allowed(lookup, value, request)

    def records(self) -> QuerySet[Order]:
        return Order.objects.with_lines().select_related("customer")

    def search(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        return queryset.search(term)

    def story(self, record: Order, *, after: int = 0) -> list[Entry]:
        entries = timeline(AGGREGATE, record.pk, after=after)
        return [replace(entry, fields={**told_by(entry), **entry.fields}) for entry in entries]

    def facts(self, request: HttpRequest, record: Order) -> dict[str, Any]:
        times = ("created_at", "confirmed_at", "shipped_at", "delivered_at", "cancelled_at")
        pairs = [
            *((name.removesuffix("_at").capitalize(), moment(getattr(record, name))) for name in times),
            ("External reference", record.external_ref or ""),
            ("Stock", "" if record.takes_stock else "left alone (imported)"),
        ]
        of_customer = Order.objects.filter(customer=record.customer_id)[: MOST_COUNTED + 1].count()
        ledger = StockMovement.objects.filter(order_id=record.pk).select_related("product").order_by("-pk")
        return {
            "holds": holds_of(record),
            "pairs": [pair for pair in pairs if pair[1]],
            "customer_orders": of_customer if of_customer <= MOST_COUNTED else f"more than {MOST_COUNTED}",
            "ledger": ledger[:MOST_COUNTED],
            "sees_customers": request.user.has_perm("customers.view_customer"),
        }
