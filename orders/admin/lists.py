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
from orders.models import AGGREGATE, Order
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


@admin.register(Order)
class OrderAdmin(RecordAdmin):
    list_display = ("number", "customer", "state", "total", "created_at", "external_ref")
    list_display_links = ("number",)
    list_filter = ("status", "created_at")
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
        return format_html('<span class="state state-{}">{}</span>', order.status.lower(), order.status)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "customer__id__exact" or super().lookup_allowed(lookup, value, request)

    def records(self) -> QuerySet[Order]:
        return Order.objects.with_lines().select_related("customer")

    def search(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        return queryset.search(term)

    def story(self, record: Order, *, after: int = 0) -> list[Entry]:
        return [
            replace(entry, fields={"status": MOVES[entry.type], **entry.fields}) if entry.type in MOVES else entry
            for entry in timeline(AGGREGATE, record.pk, after=after)
        ]

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
            "pairs": [pair for pair in pairs if pair[1]],
            "customer_orders": of_customer if of_customer <= MOST_COUNTED else f"more than {MOST_COUNTED}",
            "ledger": ledger[:MOST_COUNTED],
            "sees_customers": request.user.has_perm("customers.view_customer"),
        }
