"""Orders and the records that belong to them."""

from orders.models.acts import Action, Blocker
from orders.models.imports import OrderImportGroup, OrderImportRow
from orders.models.item import OrderItem, total_of
from orders.models.order import AGGREGATE, NUMBER, Order, OrderQuerySet

__all__ = [
    "AGGREGATE",
    "NUMBER",
    "Action",
    "Blocker",
    "Order",
    "OrderImportGroup",
    "OrderImportRow",
    "OrderItem",
    "OrderQuerySet",
    "total_of",
]
