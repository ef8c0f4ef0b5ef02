"""What the API is told about orders."""

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework import serializers

from common.api.addresses import HOME, AddressInput
from common.api.bulk import MOST_ITEMS
from common.api.fields import (
    MOST_ID,
    MOST_QUANTITY,
    InputSerializer,
    ReasonCodeField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictListField,
    StrictTextField,
    StrictUrlField,
)
from orders.models import MOST_NOTE, CancelReason, Hold, NoteVisibility, Order, ShortCloseReason
from orders.services import ItemUnits, Line, Tracking, cancel_order, confirm_order, deliver_order, ship_order
from orders.services.demand import MOST_LINES


class NoteField(StrictTextField):
    """What is noted with an act."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "allow_blank": True, "max_length": MOST_NOTE, **kwargs})


class LineInput(InputSerializer):
    """So many units of a product, named by its id or else by its SKU."""

    one_of = (("product_id",), ("sku",))

    product_id = StrictIntegerField(required=False, min_value=1, max_value=MOST_ID)
    sku = StrictCharField(required=False)
    quantity = StrictIntegerField(min_value=1, max_value=MOST_QUANTITY)

    def validate(self, attrs: dict[str, Any]) -> Line:
        if ("product_id" in attrs) == ("sku" in attrs):
            raise serializers.ValidationError("Name the product by product_id or by sku.", code="one_of")
        return Line(**attrs)


class LinesInput(InputSerializer):
    items = StrictListField(child=LineInput(), allow_empty=False, max_length=MOST_LINES)


class AddressesInput(InputSerializer):
    shipping_address = AddressInput(required=False, allow_null=True)
    billing_address = AddressInput(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Those that are named, as one."""
        named = {name: attrs.pop(name) for name in Order.ADDRESSES if name in attrs}
        return {**attrs, "addresses": named}


class AddressesChange(AddressesInput):
    """What is named is replaced; null takes an address away."""

    example: ClassVar = {"shipping_address": HOME, "note": "She has moved"}

    note = NoteField()


class NewOrder(LinesInput, AddressesInput):
    """A product named twice counts once, with both quantities. `external_ref` is your own name for the order.

    An address that is left out is the customer's default, if there is one; null is none.
    """

    example: ClassVar = {
        "customer_id": 3,
        "items": [{"product_id": 7, "quantity": 2}, {"sku": "BULB-9", "quantity": 10}],
        "external_ref": "shop-1001",
        "note": "Ring twice",
        "shipping_address": HOME,
    }

    customer_id = StrictIntegerField(min_value=1, max_value=MOST_ID)
    external_ref = StrictCharField(required=False, allow_null=True)
    note = NoteField()


class Duplication(InputSerializer):
    """`external_ref` is your own name for the new order; that of the first one stays with it."""

    example: ClassVar = {"external_ref": "shop-1002", "note": "Cancelled by mistake"}

    external_ref = StrictCharField(required=False, allow_null=True)
    note = NoteField()


class ItemsChange(LinesInput):
    """The complete new list: a product that is not in it is taken out."""

    example: ClassVar = {"items": [{"sku": "LAMP-1", "quantity": 3}], "note": "One more, by phone"}

    note = NoteField()


class ActInput(InputSerializer):
    """A note is kept with the act, in the order's events."""

    example: ClassVar = {"note": "Two parcels"}

    note = NoteField()


class ItemUnitsInput(InputSerializer):
    """So many units of one of the order's items."""

    item_id = StrictIntegerField(min_value=1, max_value=MOST_ID)
    quantity = StrictIntegerField(min_value=1, max_value=MOST_QUANTITY)

    def validate(self, attrs: dict[str, Any]) -> ItemUnits:
        return ItemUnits(**attrs)


def units_of_items(*, required: bool) -> StrictListField:
    return StrictListField(child=ItemUnitsInput(), required=required, allow_empty=False, max_length=MOST_LINES)


class Parcel(InputSerializer):
    """Who carries it and how to ask after it, as far as that is known."""

    carrier = StrictCharField(required=False, allow_blank=True)
    tracking_number = StrictCharField(required=False, allow_blank=True)
    tracking_url = StrictUrlField(required=False)
    note = NoteField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        tracking = {name: attrs.pop(name) for name in ("carrier", "tracking_number", "tracking_url") if name in attrs}
        return {**attrs, "tracking": Tracking(**tracking)}


class Dispatch(Parcel):
    """What is given replaces what was said when the shipment was prepared."""

    example: ClassVar = {"carrier": "DHL", "tracking_number": "00340434161094042557"}


class NewShipment(Parcel):
    """`lines` say what is in it; without them, all units that are in no shipment yet."""

    example: ClassVar = {
        "lines": [{"item_id": 99, "quantity": 1}],
        "carrier": "DHL",
        "tracking_number": "00340434161094042557",
        "tracking_url": "https://www.dhl.com/track?id=00340434161094042557",
        "note": "Two parcels",
    }

    lines = units_of_items(required=False)


class ShortClosing(InputSerializer):
    """Units that will never come, and why, in words and as a code."""

    example: ClassVar = {
        "lines": [{"item_id": 99, "quantity": 1}],
        "reason": "The maker gave it up",
        "reason_code": "discontinued",
    }

    lines = units_of_items(required=True)
    reason = StrictCharField()
    reason_code = ReasonCodeField(ShortCloseReason.values)


class Cancellation(InputSerializer):
    """Why it is cancelled, in words and as a code."""

    example: ClassVar = {"reason": "Ordered by mistake", "reason_code": "mistake"}

    reason = StrictCharField()
    reason_code = ReasonCodeField(CancelReason.values)


class NewHold(InputSerializer):
    """Why the order has to wait; the kind decides which acts do. An order is held once for each kind."""

    example: ClassVar = {"kind": "fraud_review", "reason": "Ordered from three countries within an hour"}

    kind = StrictChoiceField(choices=Hold.Kind.choices)
    reason = StrictCharField()


class Release(InputSerializer):
    example: ClassVar = {"reason": "Talked to the customer"}

    reason = StrictCharField(required=False)


# Which acts can be done to many orders at once; a reason is for cancelling alone, which cannot do without it.
BULK_ACTS: dict[str, Callable[..., Order]] = {
    "confirm": confirm_order,
    "ship": ship_order,
    "deliver": deliver_order,
    "cancel": cancel_order,
}


class BulkAct(InputSerializer):
    """A cancellation has a `reason` and may have its code, the other acts may have a `note`."""

    example: ClassVar = {"action": "confirm", "ids": [42, 43], "note": "Paid"}

    action = StrictChoiceField(choices=list(BULK_ACTS))
    ids = StrictListField(
        child=StrictIntegerField(min_value=1, max_value=MOST_ID), allow_empty=False, max_length=MOST_ITEMS
    )
    reason = StrictCharField(required=False)
    reason_code = ReasonCodeField(CancelReason.values)
    note = NoteField()

    def validate_ids(self, ids: list[int]) -> list[int]:
        if len(set(ids)) < len(ids):
            raise serializers.ValidationError("An order is named twice.", code="repeated")
        return ids

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        cancels = attrs["action"] == "cancel"
        misplaced = {"note"} if cancels else {"reason_code"}
        if cancels != ("reason" in attrs) or misplaced & attrs.keys():
            raise serializers.ValidationError("A cancellation has a reason, the other acts may have a note.", "one_of")
        return attrs


class NoteInput(InputSerializer):
    """A note is for the staff alone, unless its `visibility` says that the customer may read it."""

    example: ClassVar = {"text": "Ring twice", "visibility": "internal"}

    text = StrictTextField(max_length=MOST_NOTE)
    visibility = StrictChoiceField(choices=NoteVisibility.choices, required=False)
