"""The list of orders and the page of one."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common import money
from common.admin import RecordAdmin, moment
from common.admin.exports import Exported
from common.exports.columns import Column, Kind
from customers.models import Customer
from events.services import Entry, timeline
from orders.admin.bulk import bulk_view, offered_to
from orders.admin.chips import payment_chip, status_chips
from orders.admin.finding import DetailsFilter, WorkFilter, work_tabs
from orders.admin.holds import holds_of
from orders.admin.payments import payments_of, payments_of_orders
from orders.admin.phone import CustomerLookup, address_book_view
from orders.admin.printing import DOCUMENTS, choose_for_picking, document_view, parcel_view, pick_list_view
from orders.admin.telling import fate, told_by
from orders.models import (
    AGGREGATE,
    Hold,
    Order,
    OrderItem,
    Return,
    Returned,
    lines_of_orders,
    units,
)
from products.models import StockMovement

MOST_COUNTED = 100
MOST_LINKED = 20


def hours_open(order: Order) -> int | None:
    """For how many hours an order that is open has been waiting."""
    if order.status not in Order.OPEN:
        return None
    return int((timezone.now() - order.created_at).total_seconds() // 3600)


EXPORTED: Exported = {
    Column("number", Kind.TEXT): attrgetter("number"),
    Column("status", Kind.TEXT): attrgetter("status"),
    Column("held_for", Kind.TEXT): lambda order: ", ".join(order.held_for),
    Column("customer", Kind.TEXT): lambda order: str(order.customer),
    Column("units", Kind.INTEGER): lambda order: units.ordered(order).total(),
    Column("lines", Kind.INTEGER): lambda order: len(order.lines),
    Column("total_cents", Kind.CENTS): attrgetter("total_cents"),
    Column("payment", Kind.TEXT): attrgetter("payment_state"),
    Column("created_at", Kind.MOMENT): attrgetter("created_at"),
    Column("hours_open", Kind.INTEGER, optional=True): hours_open,
    Column("external_ref", Kind.TEXT, optional=True): attrgetter("external_ref"),
}


class OnHoldFilter(admin.SimpleListFilter):
    title, parameter_name = "on hold", "on_hold"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), *((kind.value, f"For {kind.label}") for kind in Hold.Kind)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        kind = self.value()
        if kind is None:
            return queryset
        return queryset.on_hold() if kind == "yes" else queryset.held_for(kind)


@admin.register(Order)
class OrderAdmin(RecordAdmin):
    list_display = ("number", "state", "customer", "ordered", "total", "payment", "created_at", "age", "external_ref")
    list_display_links = ("number",)
    list_filter = (
        WorkFilter,
        "status",
        "fulfilment_state",
        "return_state",
        OnHoldFilter,
        "payment_state",
        DetailsFilter,
    )
    list_select_related = ("customer",)
    search_fields = ("external_ref",)
    search_help_text = "Number, customer, e-mail, phone, SKU, reference, tracking number"
    ordering = ("-created_at", "-id")  # as the indexes have it
    sortable_by = ("number", "created_at")
    exported = EXPORTED
    record_template = "admin/orders/order/record.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return Order.objects.prefetch_related(lines_of_orders()).order_by(*self.get_ordering(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A whole order number opens the order at once."""
        named = Order.objects.numbered(request.GET.get("q", "").strip()).only("pk").first()
        if named is not None and self.has_view_permission(request):
            return redirect("admin:orders_order_change", named.pk)
        return super().changelist_view(request, {"tabs": work_tabs(request), **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        lookup = CustomerLookup.as_view(admin_site=self.admin_site)
        return [
            path("bulk/<str:name>/", guarded(partial(bulk_view, self)), name="orders_order_bulk"),
            path("customers/", guarded(lookup), name="orders_order_customers"),
            path("customers/<int:pk>/addresses/", guarded(address_book_view), name="orders_order_address_book"),
            path("pick-list/", guarded(partial(pick_list_view, self)), name="orders_order_pick_list"),
            path("<int:pk>/print/<str:name>/", guarded(partial(document_view, self)), name="orders_order_print"),
            path(
                "<int:pk>/print/packing-slip/<int:shipment_id>/",
                guarded(partial(parcel_view, self)),
                name="orders_order_print",
            ),
            *super().get_urls(),
        ]

    def get_actions(self, request: HttpRequest) -> Any:
        return {**offered_to(request), "pick_list": (choose_for_picking, "pick_list", "Pick list")}

    @admin.display(ordering="pk")
    def number(self, order: Order) -> str:
        return order.number

    @admin.display(description="total")
    def total(self, order: Order) -> str:
        return money.shown(order.total_cents)

    @admin.display(description="payment")
    def payment(self, order: Order) -> SafeString:
        return payment_chip(order)

    @admin.display(description="status")
    def state(self, order: Order) -> SafeString:
        return status_chips(order)

    @admin.display(description="units")
    def ordered(self, order: Order) -> str:
        return f"{units.ordered(order).total():,}"

    @admin.display(description="age")
    def age(self, order: Order) -> str:
        hours = hours_open(order)
        if hours is None:
            return ""
        words = f"{hours} h" if hours < 48 else f"{hours // 24} days"
        return format_html('<span class="late">{}</span>', words) if hours >= settings.OMS_LATE_AFTER_HOURS else words

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "customer__id__exact" or super().lookup_allowed(lookup, value, request)

    def condition_in_words(self, lookup: str, value: str) -> str:
        if lookup != "customer__id__exact" or not value.isdecimal():
            return super().condition_in_words(lookup, value)
        return f"customer: {Customer.objects.filter(pk=value).first() or value}"

    def records(self) -> QuerySet[Order]:
        return Order.objects.with_lines().select_related("customer").prefetch_related(payments_of_orders())

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
            ("Duplicate of", links([record.duplicate_of_id] if record.duplicate_of_id else [])),
            (
                "Placed once more as",
                links(record.duplicates.order_by("pk").values_list("pk", flat=True)[:MOST_LINKED]),
            ),
            ("Sent in exchange for", replaced_by(record)),
            ("Stock", "" if record.takes_stock else "left alone (imported)"),
        ]
        ledger = StockMovement.objects.filter(order_id=record.pk).select_related("product").order_by("-pk")
        return {
            "documents": DOCUMENTS,
            "status": status_chips(record),
            "payment": payment_chip(record),
            "holds": holds_of(record),
            "payments": payments_of(record),
            "pairs": [pair for pair in pairs if pair[1]],
            "addresses": [(name.replace("_", " ").capitalize(), getattr(record, name)) for name in Order.ADDRESSES],
            **bought_by(record.customer_id),
            "ledger": ledger[:MOST_COUNTED],
            "items": items_of(record),
            "returns": returns_of(record),
            "sees_customers": request.user.has_perm("customers.view_customer"),
        }


def links(orders: Iterable[int]) -> SafeString:
    """Orders by their numbers, each leading to its page."""
    links = ((reverse("admin:orders_order_change", args=[pk]), Order(pk=pk).number) for pk in orders)
    return format_html_join(", ", '<a href="{}">{}</a>', links)


def replaced_by(order: Order) -> str:
    """The order and the return in whose place this one was sent."""
    sent_back = order.exchange_for
    return f"a return of {sent_back.order}: {sent_back.reason}" if sent_back else ""


def items_of(order: Order) -> list[tuple[OrderItem, int, int, int]]:
    """Each line with the units of it that have left, that will never come, and that came back."""
    shipped, closed, back = units.shipped(order), units.short_closed(order), units.received_back(order)
    return [(line, shipped[line.pk], closed[line.pk], back[line.pk]) for line in order.lines]


def returns_of(order: Order) -> list[tuple[Return, str, SafeString]]:
    """Each return with what is in it and what was sent in exchange."""
    skus = {line.pk: line.sku for line in order.lines}
    return [
        (
            each,
            ", ".join(_in_words(skus, content) for content in each.contents),
            links([each.exchange_order_id] if each.exchange_order_id else []),
        )
        for each in order.sent_back
    ]


def _in_words(skus: dict[int, str], content: Returned) -> str:
    return f"{content['quantity']} × {skus[content['item_id']]} {fate(content['disposition'])}".strip()


def bought_by(customer_id: int) -> dict[str, Any]:
    """How often somebody ordered, for how much, and when last; of the newest orders, where there are very many."""
    newest = Order.objects.filter(customer=customer_id).order_by("-created_at")[: MOST_COUNTED + 1]
    kept = Coalesce(Sum("total_cents", filter=~Q(status=Order.Status.CANCELLED)), 0)
    bought = newest.aggregate(number=Count("pk"), value=kept, last=Max("created_at"))
    are_more = bought["number"] > MOST_COUNTED
    return {
        "customer_orders": f"more than {MOST_COUNTED:,}" if are_more else f"{bought['number']:,}",
        "customer_value": f"more than {money.shown(bought['value'])}" if are_more else money.shown(bought["value"]),
        "customer_last": bought["last"],
    }
