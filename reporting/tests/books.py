"""An order book for tests, and what each report must say of it, computed in plain Python over the rows."""

import random
from collections import defaultdict
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from common.actors import Actor
from customers.tests.factories import CustomerFactory
from orders import services
from orders.models import Order, OrderItem, units
from orders.tests.factories import ACTOR, OrderFactory
from products.tests.factories import ProductFactory

# Moments about which days are easily counted wrongly: clocks go forward or back (by half an hour on Lord Howe, at
# midnight in São Paulo and Havana), years end in the middle of a week, zones are a quarter of an hour off.
TURNS = (
    datetime(2024, 3, 31, 1, tzinfo=UTC),  # Berlin forward
    datetime(2024, 10, 27, 1, tzinfo=UTC),  # Berlin back
    datetime(2024, 4, 6, 15, tzinfo=UTC),  # Lord Howe back
    datetime(2024, 10, 5, 15, 30, tzinfo=UTC),  # Lord Howe forward
    datetime(2010, 11, 7, 2, 31, tzinfo=UTC),  # St John's back, at one minute past midnight then
    datetime(2024, 3, 10, 5, 30, tzinfo=UTC),  # St John's forward
    datetime(2024, 11, 3, 4, 30, tzinfo=UTC),  # St John's back
    datetime(2018, 11, 4, 3, tzinfo=UTC),  # São Paulo forward: the day begins at one
    datetime(2018, 2, 18, 2, tzinfo=UTC),  # São Paulo back: Saturday's last hour comes twice
    datetime(2024, 11, 3, 5, tzinfo=UTC),  # Havana back: Sunday's first hour comes twice
    datetime(2024, 6, 30, 18, 15, tzinfo=UTC),  # Kathmandu's midnight
    datetime(2020, 12, 31, 23, tzinfo=UTC),  # 2021-01-01 lies in 2020-W53
    datetime(2024, 12, 30, 0, tzinfo=UTC),  # and this in 2025-W01
)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "America/Havana",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)

Figures = dict[str, int]
UNITS = ("units", "cents")


@transaction.atomic
def write_book() -> list[Order]:
    """Orders in every status, some edited, given up or sent back in part: at each turn, just before it, around it."""
    dice = random.Random(7)
    customers = [CustomerFactory().pk for _ in range(5)]
    products = [ProductFactory(price_cents=price, stock_quantity=10_000).pk for price in (1, 0, 1_999, 333, 12_345_678)]
    moments = [turn + step for turn in TURNS for step in _steps(dice)]
    statuses = list(Order.Status)
    for number, moment in enumerate(moments):
        order = OrderFactory(customer_id=dice.choice(customers), lines=_lines(dice, products))
        if number % 3 == 0:
            services.edit_items(order.pk, lines=_lines(dice, products), actor=ACTOR)
        for act in PATHS[statuses[number % len(statuses)]]:
            if number % 2 or act not in (give_up, send_back):
                act(order.pk, actor=ACTOR)
        set_created_at(order.pk, moment)
    return read_book()


def read_book() -> list[Order]:
    """All orders with their lines, and what became of these."""
    return list(Order.objects.prefetch_related("items__short_closes", "items__returned_in__of").order_by("pk"))


def give_up(order_id: int, *, actor: Actor) -> None:
    """Short-close half of its last line, and of several a unit of the first one."""
    first, *_, last = [*Order.objects.with_lines().get(pk=order_id).lines] * 2
    chosen = {last.pk: last.quantity // 2} | ({first.pk: 1} if first.pk != last.pk else {})
    lines = [services.ItemUnits(*each) for each in chosen.items() if each[1]]
    if lines:
        services.short_close(order_id, lines=lines, actor=actor, reason="test")


def send_back(order_id: int, *, actor: Actor) -> None:
    """Of its last line a unit comes back for the shelf, and another one broken; a third one is only announced."""
    order = Order.objects.with_lines().get(pk=order_id)
    last = order.lines[-1].pk
    left = units.shipped(order)[last]
    lines = [services.ReturnUnits(last, 1, fate) for fate in ("restock", "write_off")[:left]]
    order = services.request_return(order_id, lines=lines, actor=actor, reason="test")
    services.receive_return(order_id, order.sent_back[-1].pk, actor=actor)
    if left > 2:
        services.request_return(order_id, lines=[services.ReturnUnits(last, 1)], actor=actor, reason="test")


PATHS = {
    Order.Status.PENDING: (),
    Order.Status.CONFIRMED: (services.confirm_order, give_up),
    Order.Status.SHIPPED: (services.confirm_order, give_up, services.ship_order, send_back),
    Order.Status.DELIVERED: (services.confirm_order, services.ship_order, send_back, services.deliver_order),
    Order.Status.CANCELLED: (services.confirm_order, give_up, partial(services.cancel_order, reason="test")),
}


def _steps(dice: random.Random) -> list[timedelta]:
    return [
        timedelta(0),
        -timedelta(microseconds=1),
        *(timedelta(seconds=dice.randint(-130_000, 130_000)) for _ in range(2)),
    ]


def _lines(dice: random.Random, products: list[int]) -> list[services.Line]:
    chosen = dice.sample(products, dice.randint(1, 4))
    return [services.Line(quantity=dice.randint(1, 9), product_id=product) for product in chosen]


def set_created_at(order_id: int, moment: datetime) -> None:
    """As if it had been placed then: the order and its first event say so."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE orders SET created_at = %s WHERE id = %s", [moment, order_id])
        cursor.execute("ALTER TABLE events DISABLE TRIGGER events_refuse_update")
        cursor.execute(
            """
            UPDATE events SET payload = payload || jsonb_build_object('created_at', %s::timestamptz)
            WHERE aggregatetype = 'order' AND aggregateid = %s AND version = 1
            """,
            [moment, order_id],
        )
        cursor.execute("ALTER TABLE events ENABLE TRIGGER events_refuse_update")


def local_date(order: Order, zone: str) -> date:
    return order.created_at.astimezone(ZoneInfo(zone)).date()


def within(orders: list[Order], zone: str, first: date | None = None, end: date | None = None) -> list[Order]:
    return [
        order
        for order in orders
        if (first is None or local_date(order, zone) >= first) and (end is None or local_date(order, zone) < end)
    ]


def by_order(orders: list[Order], key: Callable[[Order], Hashable]) -> dict[Hashable, Figures]:
    """The figures of orders, told apart by `key`."""
    book: dict[Hashable, Figures] = defaultdict(_nothing)
    for order in orders:
        items = list(order.items.all())
        _enter(book[key(order)], order, items)
    return dict(book)


def by_product(orders: list[Order]) -> dict[Hashable, Figures]:
    book: dict[Hashable, Figures] = defaultdict(_nothing)
    for order in orders:
        for item in order.items.all():
            _enter(book[item.product_id], order, [item])
    return dict(book)


def net_of(order: Order) -> int:
    """What is left of an order's total."""
    return by_order([order], lambda _: None)[None]["net_cents"]


def _nothing() -> Figures:
    summed = (f"{name}{unit}" for name in ("cancelled_", "short_closed_", "returned_", "net_") for unit in UNITS)
    return dict.fromkeys(("orders", "cancelled_orders", "units", "gross_cents", *summed), 0)


def _enter(figures: Figures, order: Order, items: list[OrderItem]) -> None:
    is_cancelled = str(order.status) == "CANCELLED"
    figures["orders"] += 1
    figures["cancelled_orders"] += is_cancelled
    for item in items:
        given_up, returned = sum(s.quantity for s in item.short_closes.all()), came_back(item)
        if is_cancelled:
            given_up = 0
        cancelled = item.quantity * is_cancelled
        net = item.quantity - cancelled - given_up - returned
        _count(figures, item, {"cancelled": cancelled, "short_closed": given_up, "returned": returned, "net": net})
        figures["units"] += item.quantity
        figures["gross_cents"] += item.quantity * item.unit_price_cents


def _count(figures: Figures, item: OrderItem, told: dict[str, int]) -> None:
    for name, quantity in told.items():
        figures[f"{name}_units"] += quantity
        figures[f"{name}_cents"] += quantity * item.unit_price_cents


def came_back(item: OrderItem) -> int:
    return sum(line.quantity for line in item.returned_in.all() if line.of.received_at is not None)
