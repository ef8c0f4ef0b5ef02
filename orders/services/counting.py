"""Stock as a person sees it on the shelf: what is available and what is reserved for open orders, together."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from common.actors import Actor
from common.errors import require_version
from orders.models import Order, OrderItem, Shipment, ShipmentLine, ShortClose
from products.errors import StockMismatch
from products.models import Product, StockMovement
from products.services import count_stock, lock_product


@dataclass(frozen=True, slots=True)
class Stock:
    """Units of a product at a moment: what could be sold, what open orders held, and both together."""

    product_id: int
    as_of: datetime
    available: int
    reserved: int

    @property
    def on_hand(self) -> int:
        return self.available + self.reserved


def stock_now(product: Product) -> Stock:
    return Stock(product.pk, timezone.now(), product.stock_quantity, reserved_units(product.pk))


def stock_as_of(product: Product, moment: datetime) -> Stock:
    """What the ledger says of a moment in the past.

    Reserved is what the ledger took for orders that were then neither shipped nor cancelled, less what of them had
    left; what had come back is available, and no longer of concern to its order. An order that was imported as SHIPPED
    or DELIVERED has no time of shipping and was never reserved.
    """
    ledger = StockMovement.objects.filter(product=product, created_at__lte=moment)
    last = ledger.order_by("-sequence").values_list("balance", flat=True).first()
    waiting = Order.objects.exclude(shipped_at__lte=moment).exclude(cancelled_at__lte=moment)
    waiting = waiting.exclude(status__in=Order.HAVE_LEFT, shipped_at=None)
    taken = ledger.filter(order_id__in=waiting.values("pk")).exclude(kind=StockMovement.Kind.RETURN)
    held = taken.aggregate(net=Sum("delta"))["net"]
    left = ShipmentLine.objects.filter(
        item__product=product, shipment__dispatched_at__lte=moment, shipment__order__in=waiting
    ).aggregate(units=Sum("quantity"))["units"]
    return Stock(product.pk, moment, int(last or 0), -int(held or 0) - int(left or 0))


def reserved_units(product_id: int) -> int:
    """Units of a product that open orders hold and that have neither left the shelf nor been short-closed."""
    return reserved_of([product_id]).get(product_id, 0)


def reserved_of(product_ids: Collection[int]) -> dict[int, int]:
    """The same of many products; those without any are left out."""
    open_orders = Order.objects.open().filter(takes_stock=True)
    lines = OrderItem.objects.filter(product_id__in=product_ids, order__in=open_orders)
    left = _of_item(ShipmentLine.objects.filter(shipment__status__in=Shipment.HAVE_LEFT))
    waiting = lines.annotate(waiting=F("quantity") - left - _of_item(ShortClose.objects.all()))
    summed = waiting.order_by().values("product_id").annotate(units=Sum("waiting"))
    return {product_id: int(units) for product_id, units in summed.values_list("product_id", "units") if units}


def _of_item(records: QuerySet[Any]) -> Coalesce:
    """The sum of their quantities, for each item that a query looks at."""
    sums = records.filter(item=OuterRef("pk")).order_by().values("item").annotate(units=Sum("quantity"))
    return Coalesce(Subquery(sums.values("units")), 0)


@transaction.atomic(savepoint=False)
def count_shelf(
    product_id: int,
    *,
    actor: Actor,
    counted: int,
    expected_on_hand: int,
    reason: str,
    reason_code: str = "",
    expected_version: int | None = None,
) -> Product:
    """Set the stock by a count of the shelf, provided that the system expected what the counter was told.

    `counted` and `expected_on_hand` are units on hand: available plus reserved.
    Raises NotFound, StaleVersion, StockMismatch, InsufficientStock (fewer on the shelf than are reserved).
    """
    product = lock_product(product_id)
    require_version(product.version, expected_version)
    on_hand = stock_now(product).on_hand
    if on_hand != expected_on_hand:
        raise StockMismatch(
            f"{on_hand} are on hand, not {expected_on_hand}.", expected=expected_on_hand, on_hand=on_hand
        )
    return count_stock(product, actor=actor, difference=counted - on_hand, reason=reason, reason_code=reason_code)
