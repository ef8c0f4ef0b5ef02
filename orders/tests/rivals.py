"""What people do to the same orders and products at the same moment, as functions without arguments to be raced."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from common.transactions import run
from customers.tests.factories import CustomerFactory
from orders import services
from orders.models import Order, Payment
from orders.services import Line
from orders.tests.factories import ACTOR
from products.models import Product
from products.services import acts as product_services

Act = Callable[[], Any]


def unlocked(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """In the place of `locked()`: the protection taken away, for a control."""
    return queryset.order_by("pk")


def placing_of(*lines: Line) -> Act:
    customer_id = CustomerFactory().pk
    return lambda: run(lambda: services.place_order(customer_id=customer_id, lines=list(lines), actor=ACTOR))


def editing_of(order: Order, *lines: Line) -> Act:
    return lambda: run(lambda: services.edit_items(order.pk, lines=list(lines), actor=ACTOR))


def cancelling_of(order: Order) -> Act:
    return lambda: run(lambda: services.cancel_order(order.pk, actor=ACTOR, reason="race"))


def shipping_of(order: Order) -> Act:
    return lambda: run(lambda: services.ship_order(order.pk, actor=ACTOR))


def holding_of(order: Order) -> Act:
    return lambda: run(lambda: services.place_hold(order.pk, kind="stock", reason="race", actor=ACTOR))


def refunding_of(payment: Payment, cents: int) -> Act:
    return lambda: run(
        lambda: services.refund_payment(payment.order_id, payment.pk, amount_cents=cents, reason="race", actor=ACTOR)
    )


def adjusting_of(product: Product, delta: int) -> Act:
    return lambda: run(lambda: product_services.adjust_stock(product.pk, actor=ACTOR, delta=delta, reason="race"))


def counting_of(product: Product, counted: int, *, expected: int) -> Act:
    def act() -> Product:
        return services.count_shelf(product.pk, actor=ACTOR, counted=counted, expected_on_hand=expected, reason="race")

    return lambda: run(act)


def available(product: Product) -> int:
    return Product.objects.get(pk=product.pk).stock_quantity


def adds_up(product: Product, initial: int) -> bool:
    """Whether what is available and what open and shipped orders hold is what there was."""
    held = Order.objects.exclude(status="CANCELLED").filter(items__product=product)
    return available(product) + sum(held.values_list("items__quantity", flat=True)) == initial
