"""Which customers a list shows."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet

from common.api.filters import UPDATED_SINCE, InstantFilter, SearchFilter, TextFilter, WholeNumberFilter
from customers.models import Customer, CustomerQuerySet


class CustomerFilter(django_filters.FilterSet):
    email = TextFilter(
        method="filter_email", label="Whole, in any case; that of a merged customer finds the one who goes on."
    )
    group_id = WholeNumberFilter(label="Those in this customer group.")
    created_after = InstantFilter(field_name="created_at", lookup_expr="gte", label="At this moment or later.")
    created_before = InstantFilter(field_name="created_at", lookup_expr="lt", label="Before this moment.")
    updated_since = InstantFilter(field_name="updated_at", lookup_expr="gte", label=UPDATED_SINCE)

    search = SearchFilter(label="Beginnings of names and of the parts of an e-mail address, or a whole phone number.")

    class Meta:
        model = Customer
        fields: ClassVar[list[str]] = []

    def filter_email(self, customers: CustomerQuerySet, name: str, value: str) -> QuerySet[Customer]:
        return customers.with_email(value)
