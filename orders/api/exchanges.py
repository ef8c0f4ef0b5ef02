"""Placing an order in exchange for a return: /api/v1/orders/{id}/returns/{rid}/exchange/."""

from typing import ClassVar

from django.http import HttpResponse
from django.urls import reverse
from rest_framework.request import Request

from common.api.fields import InputSerializer, StrictListField
from common.api.views import ViewSet
from orders import services
from orders.api.inputs import LineInput, NoteField
from orders.api.serializers import OrderSerializer
from orders.models import AGGREGATE, Order
from orders.services.demand import MOST_LINES


class Exchange(InputSerializer):
    """What is sent in exchange; without `items`, what is returned."""

    example: ClassVar = {"items": [{"sku": "LAMP-2", "quantity": 1}], "note": "The smaller one"}

    items = StrictListField(child=LineInput(), required=False, allow_empty=False, max_length=MOST_LINES)
    note = NoteField()


class ExchangeViewSet(ViewSet):
    queryset = Order.objects.with_lines()
    serializer_class = OrderSerializer
    subject = AGGREGATE
    inputs: ClassVar = {"exchange": Exchange}
    statuses: ClassVar = {"exchange": (201,)}
    permissions: ClassVar = {"exchange": "orders.place_order"}
    located_actions = frozenset({"exchange"})

    def exchange(self, request: Request, order_id: str, return_id: str) -> HttpResponse:
        """Place a new order in exchange for a return that is not cancelled, once.

        It is for the same customer, with the addresses of the old order, at the prices of today. Answers with the new
        order and its ETag; an If-Match is about the old one. Return and new order name each other.
        """
        fields = self.read()
        lines = fields.pop("items", None)
        return self.perform(
            lambda: services.exchange_return(
                int(order_id),
                int(return_id),
                lines=lines,
                actor=self.actor,
                expected_version=self.expected_version,
                **fields,
            )
        )

    def location(self, record: Order) -> str:
        return reverse("order-detail", args=[record.pk])
