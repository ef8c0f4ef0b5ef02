"""Stock documents. They live with the orders because a count needs to know what open orders hold."""

from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from common.api import conditional
from common.api.fields import InputSerializer, StrictCharField, StrictIntegerField
from common.api.views import ViewSet
from orders.services import count_shelf
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
        if frozenset(attrs.keys() - {"reason"}) not in SHAPES:
            message = "Give delta, or set_to with expected, or counted with expected_on_hand."
            raise serializers.ValidationError(message, code="one_of")
        return attrs


class StockViewSet(ViewSet):
    queryset = Product.objects.all()
    serializer_class = StockedProductSerializer
    subject = AGGREGATE
    permissions: ClassVar = {"adjust": "products.adjust_stock"}

    def etag(self, record: Product) -> str:
        return conditional.etag(record.version, record.stock_seq)

    def adjust(self, request: Request, pk: str) -> HttpResponse:
        fields = self.read(StockDocument)
        service: Any = SHAPES[frozenset(fields.keys() - {"reason"})]
        return self.perform(
            lambda: service(int(pk), actor=self.actor, expected_version=self.expected_version, **fields)
        )
