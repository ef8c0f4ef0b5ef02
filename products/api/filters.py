"""Which products a list shows."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet

from common.api.filters import SearchFilter, TextFilter, WholeNumberFilter, YesNoFilter
from products.models import Product, ProductQuerySet


class ProductFilter(django_filters.FilterSet):
    sku = TextFilter(label="Whole, in this case.")
    is_active = YesNoFilter()
    low_stock = YesNoFilter(method="filter_low_stock", label="Active, and not more available than the reorder level.")
    price_cents__gte = WholeNumberFilter(field_name="price_cents", lookup_expr="gte")
    price_cents__lte = WholeNumberFilter(field_name="price_cents", lookup_expr="lte")

    search = SearchFilter(label="Beginnings of words of the name and of the parts of the SKU.")

    class Meta:
        model = Product
        fields: ClassVar[list[str]] = []

    def filter_low_stock(self, products: ProductQuerySet, name: str, value: bool) -> QuerySet[Product]:
        low = products.low_on_stock()
        return low if value else products.exclude(pk__in=low.values("pk"))
