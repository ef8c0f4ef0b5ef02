"""Orders and the records that belong to them."""

from orders.models import units
from orders.models.acts import (
    RETURN_ACTS,
    SHIPMENT_MOVES,
    Action,
    Blocker,
    refuse,
    return_actions,
    return_blockers,
    shipment_actions,
    shipment_blockers,
)
from orders.models.holds import SHIPPING_ACTS, Hold
from orders.models.imports import OrderImportGroup, OrderImportRow
from orders.models.item import OrderItem, total_of
from orders.models.notes import MOST_NOTE, NOTED, NoteVisibility, notes_for_customer
from orders.models.order import (
    AGGREGATE,
    MOST_MEANT,
    NUMBER,
    Order,
    OrderQuerySet,
    lines_of_orders,
)
from orders.models.payments import Payment, PaymentState, Refund
from orders.models.reasons import CancelReason, ReturnReason, ShortCloseReason
from orders.models.returns import Disposition, Return, Returned, ReturnLine
from orders.models.shipments import Content, Shipment, ShipmentLine, ShortClose
from orders.models.work import WORK, Work

__all__ = [
    "AGGREGATE",
    "MOST_MEANT",
    "MOST_NOTE",
    "NOTED",
    "NUMBER",
    "RETURN_ACTS",
    "SHIPMENT_MOVES",
    "SHIPPING_ACTS",
    "WORK",
    "Action",
    "Blocker",
    "CancelReason",
    "Content",
    "Disposition",
    "Hold",
    "NoteVisibility",
    "Order",
    "OrderImportGroup",
    "OrderImportRow",
    "OrderItem",
    "OrderQuerySet",
    "Payment",
    "PaymentState",
    "Refund",
    "Return",
    "ReturnLine",
    "ReturnReason",
    "Returned",
    "Shipment",
    "ShipmentLine",
    "ShortClose",
    "ShortCloseReason",
    "Work",
    "lines_of_orders",
    "notes_for_customer",
    "refuse",
    "return_actions",
    "return_blockers",
    "shipment_actions",
    "shipment_blockers",
    "total_of",
    "units",
]
