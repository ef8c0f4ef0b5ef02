"""Products as they go in and out of the API."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from common.api.bulk import items_of
from common.api.fields import (
    MOST_CENTS,
    InputSerializer,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictTextField,
)
from products.models import MOST_DESCRIPTION, Product, StockMovement
from products.services import MOST_STOCK

LAMP: Mapping[str, Any] = {
    "sku": "LAMP-1",
    "name": "Lamp",
    "description": "It shines.",
    "price_cents": 4900,
    "stock_quantity": 12,
    "reorder_level": 5,
    "is_active": True,
}


class ProductSerializer(serializers.ModelSerializer[Product]):
    """An article; `stock_quantity` is what is available."""

    example: ClassVar = {
        "id": 7,
        **LAMP,
        "currency": "EUR",
        "version": 1,
        "created_at": "2026-01-31T12:00:00Z",
        "updated_at": "2026-01-31T12:00:00Z",
    }

    class Meta:
        model = Product
        fields: ClassVar = Product.SHOWN


class ProductChange(InputSerializer):
    """What is to be different."""

    example: Mapping[str, Any] = {"price_cents": 5200}

    sku = StrictCharField(required=False)
    name = StrictCharField(required=False)
    description = StrictTextField(required=False, allow_blank=True, max_length=MOST_DESCRIPTION)
    price_cents = StrictIntegerField(required=False, min_value=0, max_value=MOST_CENTS)
    reorder_level = StrictIntegerField(required=False, min_value=0, max_value=MOST_STOCK)
    is_active = StrictBooleanField(required=False)


class NewProduct(ProductChange):
    """A product to be created."""

    example = LAMP

    sku = StrictCharField()
    name = StrictCharField()
    price_cents = StrictIntegerField(min_value=0, max_value=MOST_CENTS)
    stock_quantity = StrictIntegerField(required=False, min_value=0, max_value=MOST_STOCK)


class ProductOfSku(NewProduct):
    """A product whose SKU stands in the address and may be left out of the body."""

    sku = StrictCharField(required=False)


class NewProducts(InputSerializer):
    example: ClassVar = {"items": [LAMP]}

    items = items_of(NewProduct)


class MovementSerializer(serializers.ModelSerializer[StockMovement]):
    """One change of what is available, and what was available after it."""

    example: ClassVar = {
        "sequence": 2,
        "delta": -2,
        "balance": 10,
        "kind": "sale",
        "order_id": 42,
        "actor": "token:12",
        "reason": "",
        "reason_code": "",
        "created_at": "2026-01-31T12:00:00Z",
    }

    class Meta:
        model = StockMovement
        fields: ClassVar = "sequence delta balance kind order_id actor reason reason_code created_at".split()
