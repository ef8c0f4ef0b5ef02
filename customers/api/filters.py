"""Which customers a list shows."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet

from common.api.filters import InstantFilter, SearchFilter, TextFilter
from customers.models import Customer, CustomerQuerySet


class CustomerFilter(django_filters.FilterSet):
    email = TextFilter(method="filter_email")
    created_after = InstantFilter(field_name="created_at", lookup_expr="gte")
    created_before = InstantFilter(field_name="created_at", lookup_expr="lt")
    updated_since = InstantFilter(field_name="updated_at", lookup_expr="gte")

    search = SearchFilter()

    class Meta:
        model = Customer
        fields: ClassVar[list[str]] = []

    def filter_email(self, customers: CustomerQuerySet, name: str, value: str) -> QuerySet[Customer]:
        return customers.with_email(value)
