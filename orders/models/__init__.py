"""Orders and the records that belong to them."""

from orders.models.acts import Action, Blocker
from orders.models.holds import SHIPPING_ACTS, Hold
from orders.models.imports import OrderImportGroup, OrderImportRow
from orders.models.item import OrderItem, total_of
from orders.models.order import AGGREGATE, NUMBER, Order, OrderQuerySet
from orders.models.payments import Payment, PaymentState, Refund

__all__ = [
    "AGGREGATE",
    "NUMBER",
    "SHIPPING_ACTS",
    "Action",
    "Blocker",
    "Hold",
    "Order",
    "OrderImportGroup",
    "OrderImportRow",
    "OrderItem",
    "OrderQuerySet",
    "Payment",
    "PaymentState",
    "Refund",
    "total_of",
]
