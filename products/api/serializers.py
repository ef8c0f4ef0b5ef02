"""Products as they go in and out of the API."""

from typing import ClassVar

from rest_framework import serializers

from common.api.fields import (
    MOST_CENTS,
    InputSerializer,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictTextField,
)
from products.models import Product, StockMovement
from products.services import MOST_STOCK

MOST_DESCRIPTION = 10_000


class ProductSerializer(serializers.ModelSerializer[Product]):
    class Meta:
        model = Product
        fields: ClassVar = Product.SHOWN


class ProductChange(InputSerializer):
    sku = StrictCharField(required=False)
    name = StrictCharField(required=False)
    description = StrictTextField(required=False, allow_blank=True, max_length=MOST_DESCRIPTION)
    price_cents = StrictIntegerField(required=False, min_value=0, max_value=MOST_CENTS)
    reorder_level = StrictIntegerField(required=False, min_value=0, max_value=MOST_STOCK)
    is_active = StrictBooleanField(required=False)


class NewProduct(ProductChange):
    sku = StrictCharField()
    name = StrictCharField()
    price_cents = StrictIntegerField(min_value=0, max_value=MOST_CENTS)
    stock_quantity = StrictIntegerField(required=False, min_value=0, max_value=MOST_STOCK)


class MovementSerializer(serializers.ModelSerializer[StockMovement]):
    class Meta:
        model = StockMovement
        fields: ClassVar = "sequence delta balance kind order_id actor reason created_at".split()
