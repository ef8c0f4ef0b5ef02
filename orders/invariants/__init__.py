"""What is always true of orders, and of what other apps keep about orders without knowing them."""

from django.db.models import Q

from common.invariants import Count, only
from customers.models import AGGREGATE as CUSTOMER
from customers.models import GROUP_AGGREGATE as GROUP
from events.invariants import told_in_events
from orders.invariants.holds import HOLDS
from orders.invariants.parcel_story import PARCEL_STORY
from orders.invariants.parcels import PARCELS
from orders.invariants.payments import PAYMENTS
from orders.invariants.references import REFERENCES
from orders.invariants.return_story import RETURN_STORY
from orders.invariants.returns import RETURNS
from orders.invariants.rows import ROWS
from orders.invariants.story import STORY
from orders.models import AGGREGATE, Order
from products.models import AGGREGATE as PRODUCT
from products.models import Product, StockMovement

COUNTS = (
    Count("orders", AGGREGATE, f"SELECT count(*) FROM orders WHERE {only('id')}"),
    Count("lines", AGGREGATE, f"SELECT count(*) FROM order_items WHERE {only('order_id')}"),
    Count("shipments", AGGREGATE, f"SELECT count(*) FROM shipments WHERE {only('order_id')}"),
    Count("returns", AGGREGATE, f"SELECT count(*) FROM order_returns WHERE {only('order_id')}"),
)

INVARIANTS = (
    *ROWS,
    *PARCELS,
    *RETURNS,
    *told_in_events(AGGREGATE, "orders"),
    *STORY,
    *HOLDS,
    *PAYMENTS,
    *PARCEL_STORY,
    *RETURN_STORY,
    *REFERENCES,
)


def scope_of(order_id: int, *, using: str) -> dict[str, list[int]] | None:
    """Everything that an order touches, as ids by aggregate type; None when there is no such order."""
    order = Order.objects.using(using).filter(pk=order_id).first()
    if order is None:
        return None
    moved = StockMovement.objects.using(using).filter(order_id=order_id).values("product_id")
    ordered = order.items.values("product_id")
    products = Product.objects.using(using).filter(Q(pk__in=moved) | Q(pk__in=ordered)).order_by("pk")
    return {
        AGGREGATE: [order_id],
        CUSTOMER: [order.customer_id],
        GROUP: [order.customer.group_id] if order.customer.group_id else [],
        PRODUCT: list(products.values_list("pk", flat=True)),
    }
