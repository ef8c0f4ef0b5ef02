"""An order book for tests, and what each report must say of it, computed in plain Python over the rows."""

import random
from collections import defaultdict
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from customers.tests.factories import CustomerFactory
from orders import services
from orders.models import Order, OrderItem
from orders.tests.factories import ACTOR, OrderFactory, move_to
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


def write_book() -> list[Order]:
    """Orders in every status, some of them edited: at each turn, just before it and around it."""
    dice = random.Random(7)
    customers = [CustomerFactory().pk for _ in range(5)]
    products = [ProductFactory(price_cents=price, stock_quantity=10_000).pk for price in (1, 0, 1_999, 333, 12_345_678)]
    moments = [turn + step for turn in TURNS for step in _steps(dice)]
    statuses = list(Order.Status)
    for number, moment in enumerate(moments):
        order = OrderFactory(customer_id=dice.choice(customers), lines=_lines(dice, products))
        if number % 3 == 0:
            services.edit_items(order.pk, lines=_lines(dice, products), actor=ACTOR)
        move_to(Order.objects.get(pk=order.pk), statuses[number % len(statuses)])
        set_created_at(order.pk, moment)
    return list(Order.objects.prefetch_related("items").order_by("pk"))


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


def _nothing() -> Figures:
    names = "orders units gross_cents cancelled_orders cancelled_units cancelled_cents net_units net_cents"
    return dict.fromkeys(names.split(), 0)


def _enter(figures: Figures, order: Order, items: list[OrderItem]) -> None:
    units = sum(item.quantity for item in items)
    cents = sum(item.quantity * item.unit_price_cents for item in items)
    kinds = [("orders", 1), ("units", units), ("gross_cents", cents)]
    if str(order.status) == "CANCELLED":
        kinds += [("cancelled_orders", 1), ("cancelled_units", units), ("cancelled_cents", cents)]
    else:
        kinds += [("net_units", units), ("net_cents", cents)]
    for name, value in kinds:
        figures[name] += value
