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
from common.api.bulk import Item, ItemsInput, by_index
from common.api.fields import InputSerializer, StrictCharField, StrictIntegerField
from common.api.filters import instant
from common.api.views import ViewSet, checked
from common.idempotency import Answer
from orders.services import Stock, count_shelf, stock_as_of, stock_now
from products.models import AGGREGATE, Product
from products.services import MOST_STOCK, adjust_stock, set_stock

# Which service does it, by the fields that are given besides the reason.
SHAPES = {
    frozenset({"delta"}): adjust_stock,
    frozenset({"set_to", "expected"}): set_stock,
    frozenset({"counted", "expected_on_hand"}): count_shelf,
}


class StockedProductSerializer(serializers.ModelSerializer[Product]):
    class Meta:
        model = Product
        fields: ClassVar = Product.SHOWN


class StockDocument(InputSerializer):
    """One of three ways to say it: a difference, a new number available, or a count of the shelf."""

    delta = StrictIntegerField(required=False, min_value=-MOST_STOCK, max_value=MOST_STOCK)
    set_to = StrictIntegerField(required=False, min_value=0, max_value=MOST_STOCK)
    expected = StrictIntegerField(required=False, min_value=0, max_value=MOST_STOCK)
    counted = StrictIntegerField(required=False, min_value=0, max_value=MOST_STOCK)
    expected_on_hand = StrictIntegerField(required=False, min_value=0, max_value=MOST_STOCK)
    reason = StrictCharField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if frozenset(attrs.keys() - {"reason", "sku"}) not in SHAPES:
            message = "Give delta, or set_to with expected, or counted with expected_on_hand."
            raise serializers.ValidationError(message, code="one_of")
        return attrs


class NamedStockDocument(StockDocument):
    """A stock document among many; the reason is that of all."""

    sku = StrictCharField()


class StockDocuments(ItemsInput):
    reason = StrictCharField()


class StockSerializer(serializers.Serializer[Stock]):
    product_id = serializers.IntegerField()
    as_of = serializers.DateTimeField()
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()
    available = serializers.IntegerField()


class StockViewSet(ViewSet):
    queryset = Product.objects.all()
    serializer_class = StockedProductSerializer
    subject = AGGREGATE
    permissions: ClassVar = {
        "adjust": "products.adjust_stock",
        "adjust_many": "products.adjust_stock",
        "stock": "products.view_product",
    }
    parameters: ClassVar = {"stock": frozenset({"as_of"})}

    def etag(self, record: Product) -> str:
        return conditional.etag(record.version, record.stock_seq)

    def adjust(self, request: Request, pk: str) -> HttpResponse:
        fields = self.read(StockDocument)
        return self.perform(lambda: self._adjust(int(pk), fields, self.expected_version))

    def adjust_many(self, request: Request) -> HttpResponse:
        """Stock documents of many products, known by their SKU, for one reason."""
        given = self.read(StockDocuments)
        bodies = [{**body, "reason": given["reason"]} if isinstance(body, dict) else body for body in given["items"]]
        items = (Item(index, body, partial(self._adjust_named, body)) for index, body in enumerate(bodies))
        return self.perform_each(items, by_index)

    def stock(self, request: Request, pk: str) -> Response:
        """What is, or was at a moment, on hand, reserved and available."""
        product: Product = self.get_object()
        moment = instant(request.query_params, "as_of")
        if moment is not None and moment > timezone.now():
            raise ValidationError({"as_of": ["What will be is not known."]})
        return Response(StockSerializer(stock_now(product) if moment is None else stock_as_of(product, moment)).data)

    def _adjust_named(self, body: Any) -> Answer:
        fields = checked(NamedStockDocument, body)
        product = Product.objects.filter(sku=fields.pop("sku")).only("pk").first()
        if product is None:
            raise ValidationError({"sku": [ErrorDetail("There is no such product.", "unknown_product")]})
        return self.answer(self._adjust(product.pk, fields, None), 200, self.render)

    def _adjust(self, product_id: int, fields: dict[str, Any], expected_version: int | None) -> Product:
        service: Any = SHAPES[frozenset(fields.keys() - {"reason"})]
        product: Product = service(product_id, actor=self.actor, expected_version=expected_version, **fields)
        return product
