"""Stock documents. They live with the orders because a count needs to know what open orders hold."""

from functools import partial
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import conditional
from common.api.bulk import IndexedResults, Item, by_index, items_of
from common.api.fields import InputSerializer, ReasonCodeField, StrictCharField, StrictIntegerField
from common.api.filters import InstantFilter, instant
from common.api.views import ViewSet, checked
from common.idempotency import Answer
from orders.services import Stock, count_shelf, stock_as_of, stock_now
from products.models import AGGREGATE, AdjustmentReason, Product
from products.services import MOST_STOCK, adjust_stock, set_stock

# Which service does it, by the fields that are given besides the product and the reason.
SHAPES = {
    frozenset({"delta"}): adjust_stock,
    frozenset({"set_to", "expected"}): set_stock,
    frozenset({"counted", "expected_on_hand"}): count_shelf,
}
BESIDES = {"sku", "reason", "reason_code"}


class StockedProductSerializer(serializers.ModelSerializer[Product]):
    """An article; `stock_quantity` is what is available."""

    example: ClassVar = {
        "id": 7,
        "sku": "LAMP-1",
        "name": "Lamp",
        "description": "It shines.",
        "price_cents": 4900,
        "currency": "EUR",
        "stock_quantity": 20,
        "reorder_level": 5,
        "is_active": True,
        "version": 2,
        "created_at": "2026-01-31T12:00:00Z",
        "updated_at": "2026-01-31T12:00:00Z",
    }

    class Meta:
        ref_name = "Product"
        model = Product
        fields: ClassVar = Product.SHOWN


class StockChange(InputSerializer):
    """One of three ways to say it: a difference, a new number available, or a count of the shelf."""

    delta = StrictIntegerField(required=False, min_value=-MOST_STOCK, max_value=MOST_STOCK)
    set_to = StrictIntegerField(required=False, min_value=0, max_value=MOST_STOCK)
    expected = StrictIntegerField(required=False, min_value=0, max_value=MOST_STOCK)
    counted = StrictIntegerField(required=False, min_value=0, max_value=MOST_STOCK)
    expected_on_hand = StrictIntegerField(required=False, min_value=0, max_value=MOST_STOCK)

    one_of = tuple(SHAPES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if frozenset(attrs.keys() - BESIDES) not in SHAPES:
            message = "Give delta, or set_to with expected, or counted with expected_on_hand."
            raise serializers.ValidationError(message, code="one_of")
        return attrs


class StockDocument(StockChange):
    example: ClassVar = {
        "set_to": 20,
        "expected": 12,
        "reason": "Delivery of 31 January",
        "reason_code": "delivery",
    }

    reason = StrictCharField()
    reason_code = ReasonCodeField(AdjustmentReason.values)


class StockChangeOfSku(StockChange):
    """One of many, whose reason is that of all."""

    sku = StrictCharField()


class StockDocuments(InputSerializer):
    example: ClassVar = {
        "items": [{"sku": "LAMP-1", "delta": 8}, {"sku": "BULB-9", "counted": 40, "expected_on_hand": 41}],
        "reason": "Delivery of 31 January",
        "reason_code": "delivery",
    }

    items = items_of(StockChangeOfSku)
    reason = StrictCharField()
    reason_code = ReasonCodeField(AdjustmentReason.values)


class StockSerializer(serializers.Serializer[Stock]):
    """How many units there are; on hand is reserved and available together."""

    example: ClassVar = {
        "product_id": 7,
        "as_of": "2026-01-31T12:00:00Z",
        "on_hand": 12,
        "reserved": 2,
        "available": 10,
    }

    product_id = serializers.IntegerField()
    as_of = serializers.DateTimeField()
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()
    available = serializers.IntegerField()


class StockViewSet(ViewSet):
    queryset = Product.objects.all()
    serializer_class = StockedProductSerializer
    subject = AGGREGATE
    inputs: ClassVar = {"adjust": StockDocument, "adjust_many": StockDocuments}
    outputs: ClassVar = {"adjust_many": IndexedResults, "stock": StockSerializer}
    permissions: ClassVar = {
        "adjust": "products.adjust_stock",
        "adjust_many": "products.adjust_stock",
        "stock": "products.view_product",
    }
    parameters: ClassVar = {
        "stock": {
            "as_of": {
                "description": "The moment that is asked about; without it, now.",
                "schema": InstantFilter.schema,
            }
        }
    }

    def etag(self, record: Product) -> str:
        return conditional.etag(record.version, record.stock_seq)

    def adjust(self, request: Request, pk: str) -> HttpResponse:
        """Change a product's stock, for a reason.

        In one of three ways: by `delta`; to `set_to` available units, if it is `expected` now; or to what was
        `counted` on the shelf (orders that are not shipped included), if `expected_on_hand` is there now. A stock
        that is not what you expected is a 409 `stock_mismatch`.
        """
        fields = self.read()
        return self.perform(lambda: self._adjust(int(pk), fields, self.expected_version))

    def adjust_many(self, request: Request) -> HttpResponse:
        """Change the stock of many products, known by their SKU, for one reason.

        Each item says it in one of the three ways of adjust-stock, and is done or refused by itself. Under an
        Idempotency-Key, a repeat of the request does what is missing and answers the rest as before.
        """
        given = self.read()
        bodies, reasons = given.pop("items"), given
        items = (
            Item(index, [body, reasons], partial(self._adjust_named, body, reasons))
            for index, body in enumerate(bodies)
        )
        return self.perform_each(items, by_index)

    def stock(self, request: Request, pk: str) -> Response:
        """What is on hand, reserved and available, now or at a moment.

        Reserved is what open orders hold; on hand, that is on the shelf, is available and reserved together.
        """
        product: Product = self.get_object()
        moment = instant(request.query_params, "as_of")
        if moment is not None and moment > timezone.now():
            raise ValidationError({"as_of": ["What will be is not known."]})
        return Response(StockSerializer(stock_now(product) if moment is None else stock_as_of(product, moment)).data)

    def _adjust_named(self, body: Any, reasons: dict[str, Any]) -> Answer:
        fields = checked(StockChangeOfSku, body)
        product = Product.objects.filter(sku=fields.pop("sku")).only("pk").first()
        if product is None:
            raise ValidationError({"sku": [ErrorDetail("There is no such product.", "unknown_product")]})
        return self.answer(self._adjust(product.pk, {**fields, **reasons}, None), 200, self.render)

    def _adjust(self, product_id: int, fields: dict[str, Any], expected_version: int | None) -> Product:
        service: Any = SHAPES[frozenset(fields.keys() - BESIDES)]
        product: Product = service(product_id, actor=self.actor, expected_version=expected_version, **fields)
        return product
