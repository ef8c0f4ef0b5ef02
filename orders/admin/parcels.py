"""Shipping some of an order, its shipments, and the rest that will never come: a page for each act."""

from typing import Any, ClassVar

from common.admin import ActForm, CreationForm, act_on
from orders import services
from orders.admin.acts import OrderAct
from orders.admin.choosing import ChoosingAct, Which, units_in_words
from orders.admin.fields import NoteField
from orders.admin.units import ParcelForm, ShortfallForm, TrackingForm
from orders.models import Order, Shipment, shipment_blockers, units


class UnitsAct(OrderAct):
    """An act on units that are open; the form shows which there are."""

    offers_all: ClassVar[bool] = True  # whether the quantities stand there already, to be lowered

    def initial(self) -> dict[str, Any]:
        free = units.free(self.record) if self.offers_all else {}
        return {"lines": [(str(item_id), str(quantity)) for item_id, quantity in free.items()]}

    def form(self, *args: Any, **kwargs: Any) -> CreationForm:
        form = super().form(*args, **kwargs)
        form.fields["lines"].widget.record = self.record
        return form


@act_on(Order)
class ShipPart(UnitsAct):
    name, label, done, blocked_as = "ship_part", "Ship part", "The units are shipped.", "ship"
    permission = "orders.ship_order"
    form_class = ParcelForm
    service = staticmethod(services.ship_order)


@act_on(Order)
class PrepareShipment(UnitsAct):
    name, label, done = "prepare_shipment", "Prepare shipment", "The shipment is prepared."
    permission = "orders.ship_order"
    form_class = ParcelForm
    service = staticmethod(services.prepare_shipment)


@act_on(Order)
class ShortClose(UnitsAct):
    name, label, done, grave = "short_close", "Short-close", "The units are given up; they are back in stock.", True
    permission = "orders.short_close_order"
    form_class = ShortfallForm
    offers_all = False
    service = staticmethod(services.short_close)


class ShipmentAct(ChoosingAct):
    choice, kind = "shipment_id", "shipments"

    @classmethod
    def every(cls, record: Order) -> list[Shipment]:
        return record.parcels

    @classmethod
    def possible(cls, record: Order) -> list[Shipment]:
        return [parcel for parcel in record.parcels if not shipment_blockers(record, parcel, cls.name)]


def _in_words(parcel: Shipment) -> str:
    travels = f"{parcel.carrier} {parcel.tracking_number}".strip()
    return ", ".join(filter(None, (f"{parcel.pk}: {units_in_words(parcel.units)}", travels)))


class Dispatching(TrackingForm):
    shipment_id = Which(_in_words, label="Shipment")
    field_order = ("shipment_id",)


class Chosen(ActForm):
    shipment_id = Which(_in_words, label="Shipment")
    note = NoteField()


@act_on(Order)
class DispatchShipment(ShipmentAct):
    name, label, done = "dispatch_shipment", "Dispatch shipment", "The shipment is dispatched."
    permission = "orders.ship_order"
    form_class = Dispatching
    service = staticmethod(services.dispatch_shipment)


@act_on(Order)
class DeliverShipment(ShipmentAct):
    name, label, done = "deliver_shipment", "Deliver shipment", "The shipment is delivered."
    permission = "orders.deliver_order"
    form_class = Chosen
    service = staticmethod(services.deliver_shipment)


@act_on(Order)
class VoidShipment(ShipmentAct):
    name, label, done, grave = "void_shipment", "Void shipment", "The shipment is voided; its units are open.", True
    permission = "orders.ship_order"
    form_class = Chosen
    service = staticmethod(services.void_shipment)
