"""Where the units of an order are: in a parcel that has left, in one that waits, short-closed, sent back, or open.

Units are counted by the id of the item, over what the order's rows say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orders.models.order import Order
    from orders.models.returns import Return, Returned
    from orders.models.shipments import Content, Shipment

Units = Counter[int]


def ordered(order: Order) -> Units:
    return Counter({line.pk: line.quantity for line in order.lines})


def shipped(order: Order) -> Units:
    """Those that have left."""
    return _within(parcel for parcel in order.parcels if parcel.has_left)


def short_closed(order: Order) -> Units:
    """Those that will never come."""
    units: Units = Counter()
    for shortfall in order.shortfalls:
        units[shortfall.item_id] += shortfall.quantity
    return units


def kept(order: Order) -> Units:
    """Those that the order still asks for, shipped or not: a cancellation puts them back."""
    return ordered(order) - short_closed(order)


def waiting(order: Order) -> Units:
    """Those that have not left and are not short-closed; as long as there are some, the order is not SHIPPED."""
    return kept(order) - shipped(order)


def free(order: Order) -> Units:
    """Those of them that are in no shipment: they can be put into one, or be short-closed."""
    return kept(order) - _within(parcel for parcel in order.parcels if parcel.is_live)


def in_returns(order: Order) -> Units:
    """Those that are on their way back or came back."""
    return _within(each for each in order.sent_back if each.is_live)


def returnable(order: Order) -> Units:
    """Those that have left and are in no return."""
    return shipped(order) - in_returns(order)


def received_back(order: Order) -> Units:
    """Those that came back."""
    return _within(each for each in order.sent_back if each.received_at is not None)


def worth(order: Order, contents: Sequence[Content | Returned]) -> int:
    """What units cost, in cents, at the prices that were agreed."""
    prices = {line.pk: line.unit_price_cents for line in order.lines}
    return sum(prices[content["item_id"]] * content["quantity"] for content in contents)


def by_product(order: Order, contents: Iterable[Content | Returned]) -> dict[int, int]:
    """Units by the id of the product instead of the item; an order has one item of a product."""
    products = {line.pk: line.product_id for line in order.lines}
    summed: Counter[int] = Counter()
    for content in contents:
        summed[products[content["item_id"]]] += content["quantity"]
    return summed


def inside(record: Shipment | Return) -> Units:
    """Those in one parcel or one return."""
    return _within([record])


def _within(records: Iterable[Shipment | Return]) -> Units:
    units: Units = Counter()
    for record in records:
        for content in record.contents:
            units[content["item_id"]] += content["quantity"]
    return units
