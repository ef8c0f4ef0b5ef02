"""Which orders a list shows."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet

from common.api.filters import (
    UPDATED_SINCE,
    ChoiceFilter,
    ChoicesFilter,
    InstantFilter,
    SearchFilter,
    TextFilter,
    WholeNumberFilter,
    YesNoFilter,
)
from orders.models import MOST_MEANT, Hold, Order, OrderQuerySet, PaymentState


class OrderFilter(django_filters.FilterSet):
    status = ChoiceFilter(choices=Order.Status.choices)
    status__in = ChoicesFilter(
        field_name="status", choices=Order.Status.choices, label="Several, with commas between them."
    )
    on_hold = YesNoFilter(method="filter_on_hold", label="Whether something holds it now.")
    hold_kind = ChoiceFilter(
        choices=Hold.Kind.choices, method="filter_hold_kind", label="On hold now, for a reason of this kind."
    )
    fulfilment_state = ChoiceFilter(
        choices=Order.Fulfilment.choices, label="Whether units have left: none, some with more to come, all."
    )
    return_state = ChoiceFilter(
        choices=Order.ReturnState.choices,
        method="filter_return_state",
        label="Whether units come back: none, some requested and not received yet, some received, all.",
    )
    tracking_number = TextFilter(method="filter_tracking_number", label="Of one of its shipments, whole.")
    customer_id = WholeNumberFilter()
    customer_email = TextFilter(method="filter_customer_email", label="Whole, in any case.")
    product_id = WholeNumberFilter(field_name="items__product_id", label="With a line of this product.")
    sku = TextFilter(method="filter_sku", label="With a line of the product that has this SKU now.")
    number = TextFilter(method="filter_number", label="As people call it: SO-00000042.")
    external_ref = TextFilter(label="Your own name for the order, whole.")
    created_after = InstantFilter(field_name="created_at", lookup_expr="gte", label="At this moment or later.")
    created_before = InstantFilter(field_name="created_at", lookup_expr="lt", label="Before this moment.")
    updated_since = InstantFilter(field_name="updated_at", lookup_expr="gte", label=UPDATED_SINCE)
    total_cents__gte = WholeNumberFilter(field_name="total_cents", lookup_expr="gte")
    total_cents__lte = WholeNumberFilter(field_name="total_cents", lookup_expr="lte")

    payment_state = ChoiceFilter(choices=PaymentState.choices)
    payment_state__in = ChoicesFilter(
        field_name="payment_state", choices=PaymentState.choices, label="Several, with commas between them."
    )
    balance_cents__gte = WholeNumberFilter(
        field_name="balance_cents", lookup_expr="gte", label="So much or more is still to be paid."
    )
    balance_cents__lte = WholeNumberFilter(field_name="balance_cents", lookup_expr="lte")

    search = SearchFilter(
        label="An order's number or external reference, a SKU or a tracking number, each whole, or the beginnings of "
        f"words of who ordered, of whom {MOST_MEANT:,} are looked for at most."
    )

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []

    def filter_customer_email(self, orders: OrderQuerySet, name: str, value: str) -> QuerySet[Order]:
        return orders.of_email(value)

    def filter_number(self, orders: OrderQuerySet, name: str, value: str) -> QuerySet[Order]:
        return orders.numbered(value)

    def filter_sku(self, orders: OrderQuerySet, name: str, value: str) -> QuerySet[Order]:
        return orders.of_sku(value)

    def filter_on_hold(self, orders: OrderQuerySet, name: str, value: bool) -> QuerySet[Order]:
        return orders.on_hold() if value else orders.filter(held_for=[])

    def filter_hold_kind(self, orders: OrderQuerySet, name: str, value: str) -> QuerySet[Order]:
        return orders.held_for(value)

    def filter_return_state(self, orders: OrderQuerySet, name: str, value: str) -> QuerySet[Order]:
        return orders.filter(return_state=value) if value == Order.ReturnState.NONE else orders.in_return(value)

    def filter_tracking_number(self, orders: OrderQuerySet, name: str, value: str) -> QuerySet[Order]:
        return orders.with_tracking(value)
