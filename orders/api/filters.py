"""Which orders a list shows."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet

from common.api.filters import ChoicesFilter, InstantFilter, SearchFilter, TextFilter, WholeNumberFilter
from customers.models import Customer
from orders.models import Order, OrderQuerySet


class OrderFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Order.Status.choices)
    status__in = ChoicesFilter(field_name="status", choices=Order.Status.choices)
    customer_id = WholeNumberFilter()
    customer_email = TextFilter(method="filter_customer_email")
    product_id = WholeNumberFilter(field_name="items__product_id")
    sku = TextFilter(method="filter_sku")
    number = TextFilter(method="filter_number")
    external_ref = TextFilter()
    created_after = InstantFilter(field_name="created_at", lookup_expr="gte")
    created_before = InstantFilter(field_name="created_at", lookup_expr="lt")
    updated_since = InstantFilter(field_name="updated_at", lookup_expr="gte")
    total_cents__gte = WholeNumberFilter(field_name="total_cents", lookup_expr="gte")
    total_cents__lte = WholeNumberFilter(field_name="total_cents", lookup_expr="lte")

    search = SearchFilter()

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []

    def filter_customer_email(self, orders: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        return orders.filter(customer__in=Customer.objects.with_email(value))

    def filter_number(self, orders: OrderQuerySet, name: str, value: str) -> QuerySet[Order]:
        return orders.numbered(value)

    def filter_sku(self, orders: OrderQuerySet, name: str, value: str) -> QuerySet[Order]:
        return orders.of_sku(value)
