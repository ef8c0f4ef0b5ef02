"""What is sent back of an order: /api/v1/orders/{id}/returns/."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import (
    MOST_ID,
    MOST_QUANTITY,
    InputSerializer,
    ReasonCodeField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictListField,
)
from orders import services
from orders.api.actions import ActionSerializer, shown_actions
from orders.api.inputs import ActInput, NoteField
from orders.api.records import RecordsViewSet
from orders.models import RETURN_ACTS, Disposition, Order, Return, ReturnReason, return_actions
from orders.services import ReturnUnits
from orders.services.demand import MOST_LINES
from orders.services.returning import return_of

WHEN = "2026-01-31T12:00:00Z"
SENT_BACK: Mapping[str, Any] = {
    "id": 8,
    "status": "received",
    "reason": "Too large",
    "reason_code": "unwanted",
    "lines": [{"item_id": 99, "quantity": 1, "disposition": "restock"}],
    "exchange_order_id": None,
    "actions": [
        {
            "name": "receive_return",
            "allowed": False,
            "blockers": [{"code": "invalid_transition", "detail": "The return is received and cannot be received."}],
        },
        {"name": "exchange_return", "allowed": True, "blockers": []},
    ],
    "requested_at": WHEN,
    "received_at": WHEN,
    "cancelled_at": None,
}


class ReturnUnitsInput(InputSerializer):
    """So many units of one of the order's items, and what becomes of them, where that is known."""

    item_id = StrictIntegerField(min_value=1, max_value=MOST_ID)
    quantity = StrictIntegerField(min_value=1, max_value=MOST_QUANTITY)
    disposition = StrictChoiceField(choices=Disposition.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> ReturnUnits:
        return ReturnUnits(**attrs)


def returned_units() -> StrictListField:
    return StrictListField(child=ReturnUnitsInput(), required=False, allow_empty=False, max_length=MOST_LINES)


class NewReturn(InputSerializer):
    """Which units come back, and why, in words and for programs as a code of your own; without `lines`, all of them."""

    example: ClassVar = {
        "lines": [{"item_id": 99, "quantity": 1}],
        "reason": "Too large",
        "reason_code": "unwanted",
        "note": "She will bring it to the shop",
    }

    lines = returned_units()
    reason = StrictCharField()
    reason_code = ReasonCodeField(ReturnReason.values)
    note = NoteField()


class Receipt(InputSerializer):
    """What came; without `lines`, all that was requested. `disposition` is that of units for which none is named."""

    example: ClassVar = {"lines": [{"item_id": 99, "quantity": 1, "disposition": "restock"}], "note": "As new"}

    lines = returned_units()
    disposition = StrictChoiceField(choices=Disposition.choices, required=False)
    note = NoteField()


class ReturnedUnitsSerializer(serializers.Serializer[Any]):
    """So many units of one of the order's items, and what becomes of them; null as long as that is open."""

    item_id = serializers.IntegerField(min_value=1)
    quantity = serializers.IntegerField(min_value=1)
    disposition = serializers.ChoiceField(choices=Disposition.choices, allow_null=True)


class ReturnActionSerializer(ActionSerializer):
    """An act on a return, and what stands in its way."""

    name = serializers.ChoiceField(choices=list(RETURN_ACTS))


class ReturnSerializer(serializers.ModelSerializer[Return]):
    """Units of an order that come back. `exchange_order_id` is the order that was placed in exchange for them."""

    example: ClassVar = SENT_BACK

    lines = ReturnedUnitsSerializer(source="contents", many=True, read_only=True)
    exchange_order_id = serializers.IntegerField(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Return
        fields: ClassVar = [*"id status reason reason_code lines exchange_order_id actions".split(), *Return.TIMES]

    @extend_schema_field(ReturnActionSerializer(many=True))
    def get_actions(self, sent_back: Return) -> list[dict[str, Any]]:
        return shown_actions(return_actions(sent_back))


class ReturnViewSet(RecordsViewSet):
    queryset = Return.objects.all()
    serializer_class = ReturnSerializer
    inputs: ClassVar = {"ask": NewReturn, "receive": Receipt, "call_off": ActInput}
    statuses: ClassVar = {"ask": (201,)}
    permissions: ClassVar = {
        "list": "orders.view_order",
        "ask": "orders.request_return",
        "receive": "orders.receive_return",
        "call_off": "orders.request_return",
    }

    def get_queryset(self) -> QuerySet[Return]:
        returns: Any = super().get_queryset()
        with_contents: QuerySet[Return] = returns.with_contents()
        return with_contents

    def list(self, request: Request, order_id: str) -> Response:  # type: ignore[override]  # one more key
        """What was sent back of an order, oldest first, what was called off, too.

        An order shows them all, too.
        """
        return super().list(request)

    def ask(self, request: Request, order_id: str) -> HttpResponse:
        """Request a return of units that have left.

        Never of more than have left and are in no other return: 409 `more_than_shipped` says how many are.
        """
        return self.act(services.request_return, order_id, shows=lambda order: order.sent_back[-1], **self.read())

    def receive(self, request: Request, order_id: str, return_id: str) -> HttpResponse:
        """Receive a return that is requested.

        What is restocked is available at once, what is written off is not. What came is no longer due; what of the
        request did not come can be sent back in another return. Money goes back by a refund of its own.
        """
        return self._act(order_id, return_id, services.receive_return)

    def call_off(self, request: Request, order_id: str, return_id: str) -> HttpResponse:
        """Cancel a return that is requested; its units can be sent back in another."""
        return self._act(order_id, return_id, services.cancel_return)

    def _act(self, order_id: str, return_id: str, service: Any) -> HttpResponse:
        def shows(order: Order) -> Return:
            return return_of(order, int(return_id))

        return self.act(service, order_id, int(return_id), shows=shows, **self.read())
