"""Orders and the records that belong to them."""

from orders.models import units
from orders.models.acts import SHIPMENT_MOVES, Action, Blocker, refuse, shipment_actions, shipment_blockers
from orders.models.holds import SHIPPING_ACTS, Hold
from orders.models.imports import OrderImportGroup, OrderImportRow
from orders.models.item import OrderItem, total_of
from orders.models.notes import NOTED, NoteVisibility, notes_for_customer
from orders.models.order import AGGREGATE, NUMBER, Order, OrderQuerySet, fulfilment_of_orders, lines_of_orders
from orders.models.payments import Payment, PaymentState, Refund
from orders.models.reasons import CancelReason, ReturnReason, ShortCloseReason
from orders.models.shipments import Content, Shipment, ShipmentLine, ShortClose
from orders.models.work import MOST_COUNTED, WORK, Work, capped_count

__all__ = [
    "AGGREGATE",
    "MOST_COUNTED",
    "NOTED",
    "NUMBER",
    "SHIPMENT_MOVES",
    "SHIPPING_ACTS",
    "WORK",
    "Action",
    "Blocker",
    "CancelReason",
    "Content",
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
    "ReturnReason",
    "Shipment",
    "ShipmentLine",
    "ShortClose",
    "ShortCloseReason",
    "Work",
    "capped_count",
    "fulfilment_of_orders",
    "lines_of_orders",
    "notes_for_customer",
    "refuse",
    "shipment_actions",
    "shipment_blockers",
    "total_of",
    "units",
]
