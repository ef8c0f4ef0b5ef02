"""Stock reports, against what Python saw of products and orders at each moment."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import Any

import pytest
from django.db import connection

from common.errors import DomainError
from orders import services
from orders.models import Order, OrderItem, units
from orders.services import ItemUnits, Line, ReturnUnits
from orders.tests.factories import ACTOR, OrderFactory
from products.models import Product, StockMovement
from products.services import adjust_stock, change_product
from products.tests.factories import ProductFactory
from reporting.tests.asking import rows

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

Units = dict[str, tuple[int, int, int]]


def seen() -> Units:
    """Available, reserved and on hand of every product, as a person would count them now."""
    reserved: dict[int, int] = {}
    for order in Order.objects.with_lines().open():
        for line in order.lines:
            reserved[line.product_id] = reserved.get(line.product_id, 0) + units.waiting(order)[line.pk]
    return {
        product.sku: (
            product.stock_quantity,
            reserved.get(product.pk, 0),
            product.stock_quantity + reserved.get(product.pk, 0),
        )
        for product in Product.objects.all()
    }


def told(name: str, **given: str) -> Units:
    return {row["sku"]: (row["available"], row["reserved"], row["on_hand"]) for row in rows(name, **given)}


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    return moment  # type: ignore[no-any-return]


def import_order(product: Product, status: str) -> None:
    """As an import makes it: without times of its acts, and leaving stock alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH made AS (
                INSERT INTO orders (customer_id, status, fulfilment_state, total_cents, takes_stock, version)
                SELECT min(id), %s, %s, 3, false, 1 FROM customers RETURNING id
            )
            INSERT INTO order_items (order_id, product_id, sku, name, quantity, unit_price_cents)
            SELECT id, %s, 'SKU', 'Product', 3, 1 FROM made
            """,
            [status, "none" if status == "CANCELLED" else "complete", product.pk],
        )


def one_of(order_id: int) -> list[ItemUnits]:
    item = OrderItem.objects.filter(order=order_id).order_by("pk").values_list("pk", flat=True)[0]
    return [ItemUnits(item, 1)]


def send_back(order_id: int) -> None:
    """A unit that has left comes back and is restocked."""
    lines = [ReturnUnits(one_of(order_id)[0].item_id, 1, "restock")]
    order = services.request_return(order_id, lines=lines, reason="x", actor=ACTOR)
    services.receive_return(order_id, order.sent_back[-1].pk, actor=ACTOR)


def history(moments: int) -> list[tuple[datetime, Units]]:
    """A random life of a shop, looked at again and again."""
    dice = random.Random(11)
    products = [ProductFactory(sku=sku, stock_quantity=40, price_cents=250).pk for sku in ("A", "B", "C")]
    orders: list[int] = []
    acts: list[Callable[[], Any]] = [
        lambda: orders.append(OrderFactory(lines=[Line(dice.randint(1, 3), dice.choice(products))]).pk),
        lambda: orders.append(OrderFactory(lines=[Line(dice.randint(1, 3), each) for each in products]).pk),
        lambda: services.edit_items(dice.choice(orders), lines=[Line(2, dice.choice(products))], actor=ACTOR),
        lambda: services.confirm_order(dice.choice(orders), actor=ACTOR),
        lambda: services.ship_order(dice.choice(orders), actor=ACTOR),
        lambda: services.ship_order(order_id := dice.choice(orders), lines=one_of(order_id), actor=ACTOR),
        lambda: services.short_close(order_id := dice.choice(orders), lines=one_of(order_id), reason="x", actor=ACTOR),
        lambda: send_back(dice.choice(orders)),
        lambda: services.deliver_order(dice.choice(orders), actor=ACTOR),
        lambda: services.cancel_order(dice.choice(orders), actor=ACTOR, reason="test"),
        lambda: adjust_stock(dice.choice(products), actor=ACTOR, delta=dice.choice([-2, 5]), reason="test"),
    ]
    acts[0]()
    for status in ("SHIPPED", "DELIVERED", "CANCELLED"):
        import_order(Product.objects.get(pk=products[0]), status)
    waits = OrderFactory(lines=[Line(3, products[0])], status="CONFIRMED").pk
    services.ship_order(waits, lines=one_of(waits), actor=ACTOR)
    send_back(waits)
    looks = []
    for _ in range(moments):
        for _ in range(6):
            try:
                dice.choice(acts)()
            except DomainError:
                continue
        looks.append((now(), seen()))
    return looks


def test_stock_as_of_any_moment_is_what_was_there_then() -> None:
    before = now()
    looks = history(25)

    for moment, expected in looks:
        assert told("stock-as-of", at=moment.isoformat()) == expected
        assert told("stock-as-of", at=moment.isoformat(), tz="Asia/Kathmandu") == expected
    assert told("stock-as-of") == told("stock") == seen()
    assert told("stock-as-of", at=before.isoformat()) == {}


def test_stock_is_worth_what_is_on_hand_at_the_price_of_today() -> None:
    history(3)
    ProductFactory(sku="DEAR", price_cents=10**12, stock_quantity=10**9)
    change_product(Product.objects.get(sku="B").pk, actor=ACTOR, price_cents=7)

    prices = dict(Product.objects.values_list("sku", "price_cents"))
    for name in ("stock", "stock-as-of"):
        found = rows(name)
        assert {row["sku"]: row["price_cents"] for row in found} == prices
        assert all(row["value_cents"] == row["on_hand"] * prices[row["sku"]] for row in found)
        assert [row["value_cents"] for row in found] == sorted((row["value_cents"] for row in found), reverse=True)


def test_low_stock_is_what_is_on_sale_and_at_its_reorder_level_or_below() -> None:
    for sku, stock, level in (("OUT", 0, 0), ("AT", 5, 5), ("BELOW", 2, 9), ("ABOVE", 6, 5), ("GONE", 0, 9)):
        ProductFactory(sku=sku, stock_quantity=stock, reorder_level=level)
    change_product(Product.objects.get(sku="GONE").pk, actor=ACTOR, is_active=False)
    OrderFactory(lines=[Line(1, Product.objects.get(sku="ABOVE").pk), Line(2, Product.objects.get(sku="BELOW").pk)])

    found = [(row["sku"], row["missing"], row["reserved"], row["on_hand"]) for row in rows("low-stock")]

    assert found == [("BELOW", 9, 2, 2), ("OUT", 0, 0, 0), ("AT", 0, 0, 5), ("ABOVE", 0, 1, 6)]
    states = {row["sku"]: row["state"] for row in rows("stock")}
    assert states == {"OUT": "low", "AT": "low", "BELOW": "low", "ABOVE": "low"}


def test_a_product_that_is_not_on_sale_counts_while_there_is_some_of_it() -> None:
    product = ProductFactory(sku="LEFT", stock_quantity=2)
    change_product(product.pk, actor=ACTOR, is_active=False)

    assert [(row["sku"], row["state"]) for row in rows("stock")] == [("LEFT", "not on sale")]
    adjust_stock(product.pk, actor=ACTOR, delta=-2, reason="sold off")
    assert rows("stock") == []


# The ledger


def set_days(product: Product, days: list[date]) -> None:
    """Move the ledger's rows to these days; the guard that forbids it is off meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE stock_movements DISABLE TRIGGER USER")
        for sequence, day in enumerate(days, start=1):
            moment = datetime(day.year, day.month, day.day, 18, 15, tzinfo=UTC)
            cursor.execute(
                "UPDATE stock_movements SET created_at = %s WHERE product_id = %s AND sequence = %s",
                [moment, product.pk, sequence],
            )
        cursor.execute("ALTER TABLE stock_movements ENABLE TRIGGER USER")


@pytest.fixture
def lamp() -> Product:
    """Ten lamps; four movements on four days, each the evening that is a new day in Kathmandu."""
    product = ProductFactory(sku="LAMP", stock_quantity=10)
    order = OrderFactory(lines=[Line(3, product.pk)])
    adjust_stock(product.pk, actor=ACTOR, delta=5, reason="=came")
    services.cancel_order(order.pk, actor=ACTOR, reason="test")
    set_days(product, [date(2024, 1, 1), date(2024, 1, 31), date(2024, 2, 1), date(2024, 3, 1)])
    return product


RANGES: tuple[tuple[dict[str, str], int, list[int], int], ...] = (
    ({}, 0, [10, -3, 5, 3], 15),
    ({"from_": "2024-01-31", "to": "2024-02-01"}, 10, [-3], 7),
    ({"from_": "2024-01-31", "to": "2024-02-01", "tz": "Asia/Kathmandu"}, 10, [], 10),
    ({"from_": "2024-02-01", "tz": "Asia/Kathmandu"}, 10, [-3, 5, 3], 15),
    ({"to": "2024-02-01"}, 0, [10, -3], 7),
    ({"from_": "2030-01-01"}, 15, [], 15),
    ({"to": "2020-01-01"}, 0, [], 0),
)


def test_a_statement_leads_from_the_opening_balance_to_the_closing_one(lamp: Product) -> None:
    for given, opening, deltas, closing in RANGES:
        first, *moved, last = rows("ledger", product="LAMP", **given)
        assert (first["kind"], first["balance"], last["kind"], last["balance"]) == (
            "opening",
            opening,
            "closing",
            closing,
        )
        assert [row["delta"] for row in moved] == deltas, given
        assert [row["balance"] for row in moved] == list(accumulate(deltas, initial=opening))[1:]


def test_a_statement_has_every_row_of_the_ledger_as_it_is(lamp: Product) -> None:
    moved = rows("ledger", product="LAMP", tz="Europe/Berlin")[1:-1]
    ledger = StockMovement.objects.filter(product=lamp).order_by("sequence")

    assert [
        (row["sequence"], row["moved_at"], row["kind"], row["delta"], row["balance"], row["actor"], row["reason"])
        for row in moved
    ] == list(ledger.values_list("sequence", "created_at", "kind", "delta", "balance", "actor", "reason"))
    number = Order.objects.get().number
    assert [row["order_number"] for row in moved] == [None, number, None, number]


def test_a_long_order_number_is_told_whole(lamp: Product) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE stock_movements DISABLE TRIGGER USER")
        cursor.execute("UPDATE stock_movements SET order_id = 1234567890123 WHERE product_id = %s", [lamp.pk])
        cursor.execute("ALTER TABLE stock_movements ENABLE TRIGGER USER")

    assert {row["order_number"] for row in rows("ledger", product="LAMP")[1:-1]} == {"SO-1234567890123"}
