"""Which customers a list shows."""

from typing import ClassVar

import django_filters

from common.api.filters import InstantFilter, TextFilter
from customers.models import Customer


class CustomerFilter(django_filters.FilterSet):
    email = TextFilter(lookup_expr="iexact")
    created_after = InstantFilter(field_name="created_at", lookup_expr="gte")
    created_before = InstantFilter(field_name="created_at", lookup_expr="lt")
    updated_since = InstantFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Customer
        fields: ClassVar[list[str]] = []
