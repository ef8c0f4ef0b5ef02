"""What can be done with orders: one function per act."""

from orders.services.acts import add_note, cancel_order, confirm_order
from orders.services.addresses import Addresses, change_addresses
from orders.services.anonymising import anonymise_customer
from orders.services.counting import Stock, count_shelf, reserved_of, reserved_units, stock_as_of, stock_now
from orders.services.demand import Line
from orders.services.duplicating import duplicate_order
from orders.services.editing import edit_items
from orders.services.exchanging import exchange_return
from orders.services.fulfilment import ItemUnits, Tracking
from orders.services.holds import place_hold, release_hold
from orders.services.importing import import_orders
from orders.services.merging import merge_customers
from orders.services.parcels import deliver_shipment, dispatch_shipment, prepare_shipment, void_shipment
from orders.services.payments import record_payment, refund_payment, void_payment
from orders.services.placing import place_order
from orders.services.returning import ReturnUnits, cancel_return, receive_return, request_return
from orders.services.shipping import deliver_order, ship_order
from orders.services.short_closing import short_close

__all__ = [
    "Addresses",
    "ItemUnits",
    "Line",
    "ReturnUnits",
    "Stock",
    "Tracking",
    "add_note",
    "anonymise_customer",
    "cancel_order",
    "cancel_return",
    "change_addresses",
    "confirm_order",
    "count_shelf",
    "deliver_order",
    "deliver_shipment",
    "dispatch_shipment",
    "duplicate_order",
    "edit_items",
    "exchange_return",
    "import_orders",
    "merge_customers",
    "place_hold",
    "place_order",
    "prepare_shipment",
    "receive_return",
    "record_payment",
    "refund_payment",
    "release_hold",
    "request_return",
    "reserved_of",
    "reserved_units",
    "ship_order",
    "short_close",
    "stock_as_of",
    "stock_now",
    "void_payment",
    "void_shipment",
]
