"""Orders as the API shows them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.addresses import HOME, AddressSerializer
from common.api.answers import ProblemSerializer, problem
from common.api.bulk import Results
from common.api.views import shared
from customers.models import Customer
from events.models import Event
from orders.api.actions import ActionSerializer, shown_actions
from orders.api.returns import SENT_BACK, ReturnSerializer
from orders.models import (
    SHIPMENT_MOVES,
    Hold,
    Order,
    OrderItem,
    PaymentState,
    Shipment,
    ShortClose,
    shipment_actions,
    units,
)

WHEN = "2026-01-31T12:00:00Z"
SHIPMENT: Mapping[str, Any] = {
    "id": 12,
    "order_id": 42,
    "status": "dispatched",
    "carrier": "DHL",
    "tracking_number": "00340434161094042557",
    "tracking_url": "https://www.dhl.com/track?id=00340434161094042557",
    "lines": [{"item_id": 99, "quantity": 2}],
    "actions": [
        {"name": "deliver_shipment", "allowed": True, "blockers": []},
        {
            "name": "void_shipment",
            "allowed": False,
            "blockers": [{"code": "invalid_transition", "detail": "The shipment is dispatched and cannot be voided."}],
        },
    ],
    "prepared_at": WHEN,
    "dispatched_at": WHEN,
    "delivered_at": None,
    "voided_at": None,
}
EXAMPLE: Mapping[str, Any] = {
    "id": 42,
    "number": "SO-00000042",
    "status": "SHIPPED",
    "customer_id": 3,
    "items": [
        {
            "id": 99,
            "product_id": 7,
            "sku": "LAMP-1",
            "name": "Lamp",
            "quantity": 2,
            "unit_price_cents": 4900,
            "line_total_cents": 9800,
            "shipped_quantity": 2,
            "short_closed_quantity": 0,
            "returned_quantity": 1,
        }
    ],
    "fulfilment_state": "complete",
    "shipments": [SHIPMENT],
    "short_closes": [],
    "return_state": "partial",
    "returns": [SENT_BACK],
    "exchange_for": None,
    "total_cents": 9800,
    "short_closed_cents": 0,
    "returned_cents": 4900,
    "due_cents": 4900,
    "paid_cents": 4000,
    "refunded_cents": 0,
    "balance_cents": 900,
    "payment_state": "partial",
    "currency": "EUR",
    "external_ref": "shop-1001",
    "duplicate_of": None,
    "takes_stock": True,
    "holds": [],
    "shipping_address": HOME,
    "billing_address": None,
    "version": 3,
    "actions": [
        {"name": "deliver", "allowed": True, "blockers": []},
        {
            "name": "cancel",
            "allowed": False,
            "blockers": [{"code": "invalid_transition", "detail": "It is SHIPPED and cannot be cancelled."}],
        },
    ],
    "created_at": WHEN,
    "updated_at": WHEN,
    "confirmed_at": WHEN,
    "shipped_at": WHEN,
    "delivered_at": None,
    "cancelled_at": None,
}


class OrderItemSerializer(serializers.ModelSerializer[OrderItem]):
    """One product of an order, with price, SKU and name as they were agreed."""

    product_id = serializers.IntegerField(read_only=True)

    class Meta:
        model = OrderItem
        fields: ClassVar = "id product_id sku name quantity unit_price_cents line_total_cents".split()


class HoldSerializer(serializers.ModelSerializer[Hold]):
    """Why an order waits. `blocks` are the acts that have to wait for it; released, it blocks none any more."""

    example: ClassVar = {
        "id": 5,
        "kind": "fraud_review",
        "reason": "Ordered from three countries within an hour",
        "blocks": ["confirm", "ship", "prepare_shipment", "dispatch_shipment"],
        "placed_by": "user:3",
        "placed_at": WHEN,
        "released_by": None,
        "released_at": None,
        "release_reason": "",
    }

    blocks = serializers.ListField(child=serializers.ChoiceField(choices=[*Order.ACTS, *SHIPMENT_MOVES]))

    class Meta:
        model = Hold
        fields: ClassVar = ("id kind reason blocks placed_by placed_at released_by released_at release_reason").split()


class ShippedItemSerializer(OrderItemSerializer):
    """One product of an order, with the units of it that have left, will never come, and came back."""

    shipped_quantity = serializers.IntegerField(min_value=0)
    short_closed_quantity = serializers.IntegerField(min_value=0)
    returned_quantity = serializers.IntegerField(min_value=0)

    class Meta(OrderItemSerializer.Meta):
        ref_name = "OrderItem"
        fields: ClassVar = [
            *OrderItemSerializer.Meta.fields,
            "shipped_quantity",
            "short_closed_quantity",
            "returned_quantity",
        ]


class ItemUnitsSerializer(serializers.Serializer[Any]):
    """So many units of one of the order's items."""

    item_id = serializers.IntegerField(min_value=1)
    quantity = serializers.IntegerField(min_value=1)


class ShipmentActionSerializer(ActionSerializer):
    """An act on a shipment, and what stands in its way."""

    name = serializers.ChoiceField(choices=list(SHIPMENT_MOVES))


class ShipmentSerializer(serializers.ModelSerializer[Shipment]):
    """A parcel of an order, and what is in it. Times are null where nobody knows them, as after an import."""

    example: ClassVar = SHIPMENT

    order_id = serializers.IntegerField(read_only=True)
    lines = ItemUnitsSerializer(source="contents", many=True, read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Shipment
        fields: ClassVar = ["id", "order_id", *Shipment.TOLD[:4], "lines", "actions", *Shipment.TIMES]

    @extend_schema_field(ShipmentActionSerializer(many=True))
    def get_actions(self, parcel: Shipment) -> list[dict[str, Any]]:
        return shown_actions(shipment_actions(parcel.order, parcel))


class ShortCloseSerializer(serializers.ModelSerializer[ShortClose]):
    """Units that will never come, and why."""

    item_id = serializers.IntegerField(read_only=True)

    class Meta:
        model = ShortClose
        fields: ClassVar = "item_id quantity reason reason_code closed_at".split()


class ExchangeForSerializer(serializers.Serializer[Any]):
    """The return in whose place an order was sent, and the order of that return."""

    order_id = serializers.IntegerField(min_value=1)
    return_id = serializers.IntegerField(source="pk", min_value=1)


class OrderSerializer(serializers.ModelSerializer[Order]):
    """An order, its items at the prices that were agreed, and every act with what stands in its way now."""

    example = EXAMPLE

    customer_id = serializers.IntegerField(read_only=True)
    duplicate_of = serializers.IntegerField(source="duplicate_of_id", read_only=True, allow_null=True)
    holds = HoldSerializer(source="active_holds", many=True, read_only=True)
    shipping_address = AddressSerializer(read_only=True, allow_null=True)
    billing_address = AddressSerializer(read_only=True, allow_null=True)
    due_cents = serializers.IntegerField(read_only=True)
    balance_cents = serializers.IntegerField(read_only=True)
    payment_state = serializers.ChoiceField(choices=PaymentState.choices, read_only=True)
    items = serializers.SerializerMethodField()
    shipments = ShipmentSerializer(source="parcels", many=True, read_only=True)
    short_closes = ShortCloseSerializer(source="shortfalls", many=True, read_only=True)
    returns = ReturnSerializer(source="sent_back", many=True, read_only=True)
    exchange_for = ExchangeForSerializer(read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields: ClassVar = (
            "id number status fulfilment_state return_state customer_id items shipments short_closes returns "
            "exchange_for total_cents short_closed_cents returned_cents due_cents paid_cents refunded_cents "
            "balance_cents payment_state currency external_ref duplicate_of takes_stock holds shipping_address "
            "billing_address version actions created_at updated_at confirmed_at shipped_at delivered_at cancelled_at"
        ).split()

    @extend_schema_field(ActionSerializer(many=True))
    def get_actions(self, order: Order) -> list[dict[str, Any]]:
        return shown_actions(order.actions())

    @extend_schema_field(ShippedItemSerializer(many=True))
    def get_items(self, order: Order) -> list[dict[str, Any]]:
        shipped, closed, back = units.shipped(order), units.short_closed(order), units.received_back(order)
        item: Any = shared(OrderItemSerializer)
        return [
            {
                **item.to_representation(line),
                "shipped_quantity": shipped[line.pk],
                "short_closed_quantity": closed[line.pk],
                "returned_quantity": back[line.pk],
            }
            for line in order.lines
        ]


class OrderedBySerializer(serializers.ModelSerializer[Customer]):
    """Who buys. `merged_into_id` is who goes on, where this one is the same person."""

    example: ClassVar = {
        "id": 3,
        "email": "ada@example.com",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "phone": "+44 20 7946 0000",
        "group_id": 2,
        "merged_into_id": None,
        "version": 2,
        "created_at": WHEN,
        "updated_at": WHEN,
    }

    group_id = serializers.IntegerField(read_only=True, allow_null=True)
    merged_into_id = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        ref_name = "Customer"
        model = Customer
        fields: ClassVar = Customer.SHOWN


class ExpandedOrderSerializer(OrderSerializer):
    """An order; with `expand=customer`, the whole customer is in it."""

    optional = ("customer",)
    example = EXAMPLE

    customer = OrderedBySerializer(read_only=True)

    class Meta(OrderSerializer.Meta):
        fields: ClassVar = [*OrderSerializer.Meta.fields, "customer"]


class EventSerializer(serializers.ModelSerializer[Event]):
    """One change, as the event log keeps it. `payload` is the change; personal data stands in `personal` alone."""

    example: ClassVar = {
        "id": "0193a1c2-7a5e-4b7e-9d3c-2f1e8a6b4c5d",
        "position": "1.7241.9001",
        "aggregate_type": "order",
        "aggregate_id": 42,
        "version": 4,
        "type": "order.noted",
        "payload": {"visibility": "internal"},
        "personal": {"note": "Ring twice"},
        "actor": "token:12",
        "request_id": "5f0c1d9e",
        "occurred_at": WHEN,
    }

    position = serializers.CharField()
    aggregate_type = serializers.CharField(source="aggregatetype")
    aggregate_id = serializers.IntegerField(source="aggregateid")
    payload = serializers.DictField()
    personal = serializers.DictField(allow_null=True)

    class Meta:
        model = Event
        fields: ClassVar = (
            "id position aggregate_type aggregate_id version type payload personal actor request_id occurred_at"
        ).split()

    def to_representation(self, instance: Event) -> dict[str, Any]:
        return instance.as_json()


class OrderResult(serializers.Serializer[Any]):
    optional = ("order", "problem")

    id = serializers.IntegerField(min_value=1)
    ok = serializers.BooleanField()
    order = OrderSerializer()
    problem = ProblemSerializer()


class OrderResults(Results):
    example: ClassVar = {
        "results": [
            {"id": 42, "ok": True, "order": EXAMPLE},
            {"id": 43, "ok": False, "problem": problem(409, "invalid_transition")},
        ]
    }

    results = OrderResult(many=True)
