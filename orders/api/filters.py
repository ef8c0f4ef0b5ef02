"""Which orders a list shows."""

import re
from typing import ClassVar

import django_filters
from django.db.models import QuerySet

from common.api.filters import ChoicesFilter, InstantFilter, TextFilter, WholeNumberFilter
from customers.models import Customer
from orders.models import Order

NUMBER = re.compile(r"SO-(\d{1,18})", re.ASCII)


class OrderFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Order.Status.choices)
    status__in = ChoicesFilter(field_name="status", choices=Order.Status.choices)
    customer_id = WholeNumberFilter()
    customer_email = TextFilter(method="filter_customer_email")
    product_id = WholeNumberFilter(field_name="items__product_id")
    sku = TextFilter(field_name="items__product__sku")
    number = TextFilter(method="filter_number")
    external_ref = TextFilter()
    created_after = InstantFilter(field_name="created_at", lookup_expr="gte")
    created_before = InstantFilter(field_name="created_at", lookup_expr="lt")
    updated_since = InstantFilter(field_name="updated_at", lookup_expr="gte")
    total_cents__gte = WholeNumberFilter(field_name="total_cents", lookup_expr="gte")
    total_cents__lte = WholeNumberFilter(field_name="total_cents", lookup_expr="lte")

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []

    def filter_customer_email(self, orders: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        return orders.filter(customer__in=Customer.objects.with_email(value))

    def filter_number(self, orders: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        match = NUMBER.fullmatch(value)
        return orders.filter(pk=int(match[1])) if match else orders.none()
