"""Orders as they go in and out of the API."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, ClassVar

from rest_framework import serializers

from common.api.bulk import MOST_ITEMS
from common.api.fields import (
    MOST_ID,
    MOST_QUANTITY,
    InputSerializer,
    StrictCharField,
    StrictIntegerField,
    StrictListField,
    StrictTextField,
)
from customers.models import Customer
from orders.models import Order, OrderItem
from orders.services import Line, cancel_order, confirm_order, deliver_order, ship_order
from orders.services.demand import MOST_LINES

MOST_NOTE = 4_000


class OrderItemSerializer(serializers.ModelSerializer[OrderItem]):
    product_id = serializers.IntegerField(read_only=True)

    class Meta:
        model = OrderItem
        fields: ClassVar = "id product_id sku name quantity unit_price_cents line_total_cents".split()


class OrderSerializer(serializers.ModelSerializer[Order]):
    customer_id = serializers.IntegerField(read_only=True)
    items = OrderItemSerializer(source="lines", many=True, read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields: ClassVar = (
            "id number status customer_id items total_cents currency external_ref takes_stock version actions "
            "created_at updated_at confirmed_at shipped_at delivered_at cancelled_at"
        ).split()

    def get_actions(self, order: Order) -> list[dict[str, Any]]:
        return [
            {
                "name": action.name,
                "allowed": action.allowed,
                "blockers": [asdict(blocker) for blocker in action.blockers],
            }
            for action in order.actions()
        ]


class OrderedBySerializer(serializers.ModelSerializer[Customer]):
    class Meta:
        model = Customer
        fields: ClassVar = Customer.SHOWN


class ExpandedOrderSerializer(OrderSerializer):
    """An order with the whole customer in it."""

    customer = OrderedBySerializer(read_only=True)

    class Meta(OrderSerializer.Meta):
        fields: ClassVar = [*OrderSerializer.Meta.fields, "customer"]


class LineInput(InputSerializer):
    product_id = StrictIntegerField(required=False, min_value=1, max_value=MOST_ID)
    sku = StrictCharField(required=False)
    quantity = StrictIntegerField(min_value=1, max_value=MOST_QUANTITY)

    def validate(self, attrs: dict[str, Any]) -> Line:
        if ("product_id" in attrs) == ("sku" in attrs):
            raise serializers.ValidationError("Name the product by product_id or by sku.", code="one_of")
        return Line(**attrs)


class LinesInput(InputSerializer):
    items = StrictListField(child=LineInput(), allow_empty=False, max_length=MOST_LINES)


class NewOrder(LinesInput):
    customer_id = StrictIntegerField(min_value=1, max_value=MOST_ID)
    external_ref = StrictCharField(required=False, allow_null=True)
    note = StrictTextField(required=False, max_length=MOST_NOTE, allow_blank=True)


class ItemsChange(LinesInput):
    note = StrictTextField(required=False, max_length=MOST_NOTE, allow_blank=True)


class ActInput(InputSerializer):
    note = StrictTextField(required=False, max_length=MOST_NOTE, allow_blank=True)


class Cancellation(InputSerializer):
    reason = StrictCharField()
    reason_code = StrictCharField(required=False, max_length=40, allow_blank=True)


# Which acts can be done to many orders at once; `reason` is for cancelling alone, which cannot do without it.
BULK_ACTS: dict[str, Callable[..., Order]] = {
    "confirm": confirm_order,
    "ship": ship_order,
    "deliver": deliver_order,
    "cancel": cancel_order,
}


class BulkAct(InputSerializer):
    action = serializers.ChoiceField(choices=list(BULK_ACTS))
    ids = StrictListField(
        child=StrictIntegerField(min_value=1, max_value=MOST_ID), allow_empty=False, max_length=MOST_ITEMS
    )
    reason = StrictCharField(required=False)
    note = StrictCharField(required=False, max_length=MOST_NOTE, allow_blank=True)

    def validate_ids(self, ids: list[int]) -> list[int]:
        if len(set(ids)) < len(ids):
            raise serializers.ValidationError("An order is named twice.", code="repeated")
        return ids

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        fits = ("reason" in attrs) == (attrs["action"] == "cancel")
        if not fits or ("note" in attrs and attrs["action"] == "cancel"):
            raise serializers.ValidationError("A cancellation has a reason, the other acts may have a note.", "one_of")
        return attrs


class NoteInput(InputSerializer):
    text = StrictTextField(max_length=MOST_NOTE)
