"""How long orders take, why they end and how long they wait, against plain Python over the rows."""

import math
import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from events.services import Change, append
from orders.models import Order
from orders.services import ItemUnits, Line, ReturnUnits, cancel_order, receive_return, request_return, short_close
from orders.tests.factories import ACTOR, OrderFactory
from products.tests.factories import ProductFactory
from reporting.steps import first_day_of
from reporting.tests.asking import rows
from reporting.tests.books import local_date, set_created_at, within, write_book

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

STAGES = {
    "placed to confirmed": ("created_at", "confirmed_at"),
    "confirmed to shipped": ("confirmed_at", "shipped_at"),
    "shipped to delivered": ("shipped_at", "delivered_at"),
    "placed to delivered": ("created_at", "delivered_at"),
}


def spread_acts(book: list[Order]) -> list[Order]:
    """Give the acts of each order times that are hours to weeks apart."""
    dice = random.Random(3)
    for order in book:
        moment, times = order.created_at, {}
        for act in ("confirmed_at", "shipped_at", "delivered_at"):
            if getattr(order, act) is not None:
                moment += timedelta(microseconds=dice.randint(0, 2_000_000_000_000))
                times[act] = moment
        if times:
            with connection.cursor() as cursor:
                pairs = ", ".join(f"{act} = %s" for act in times)
                cursor.execute(f"UPDATE orders SET {pairs} WHERE id = %s", [*times.values(), order.pk])
    return list(Order.objects.order_by("pk"))


def nearest_rank(values: list[int], share: int) -> int:
    return sorted(values)[math.ceil(Fraction(share, 100) * len(values)) - 1]


def times(book: list[Order], zone: str, by: str) -> dict[tuple[date, str], tuple[int, ...]]:
    seconds: dict[tuple[date, str], list[int]] = defaultdict(list)
    for order in book:
        for stage, (since, until) in STAGES.items():
            began, ended = getattr(order, since), getattr(order, until)
            if began and ended:
                seconds[first_day_of(by, local_date(order, zone)), stage].append(
                    (ended - began) // timedelta(seconds=1)
                )
    return {
        key: (len(values), *(nearest_rank(values, share) for share in (50, 90, 99)), max(values))
        for key, values in seconds.items()
    }


def test_times_are_exact_in_every_step() -> None:
    book = spread_acts(write_book())

    for zone in ("Europe/Berlin", "Australia/Lord_Howe"):
        for by in ("week", "quarter"):
            for first, end in ((None, None), (date(2018, 11, 4), date(2024, 4, 7))):
                given = {name: day.isoformat() for name, day in (("from", first), ("to", end)) if day}
                assert {
                    (row["starts_on"], row["stage"]): (
                        row["orders"],
                        row["p50_seconds"],
                        row["p90_seconds"],
                        row["p99_seconds"],
                        row["longest_seconds"],
                    )
                    for row in rows("fulfilment", tz=zone, by=by, **given)
                } == times(within(book, zone, first, end), zone, by)


def test_the_rank_is_exact_for_any_number_of_orders() -> None:
    placed = datetime(2024, 1, 1, tzinfo=UTC)
    product = ProductFactory(stock_quantity=1_000)
    seconds: list[int] = []
    for number in range(1, 41):
        order = OrderFactory(status="CONFIRMED", lines=[Line(1, product.pk)])
        seconds.append(number * number)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE orders SET created_at = %s, confirmed_at = %s WHERE id = %s",
                [placed, placed + timedelta(seconds=number * number), order.pk],
            )
        if number in (1, 2, 9, 10, 11, 20, 30, 40):
            (row,) = rows("fulfilment", by="quarter")
            assert [row[f"p{share}_seconds"] for share in (50, 90, 99)] == [
                nearest_rank(seconds, share) for share in (50, 90, 99)
            ]


def import_order() -> Order:
    """As an import writes it, complete in its one event; it was placed long ago and confirmed here."""
    order = OrderFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO orders (customer_id, status, fulfilment_state, total_cents, takes_stock, version,
                                created_at, confirmed_at)
            VALUES (%s, 'DELIVERED', 'complete', 0, false, 1, '2010-01-01Z', now()) RETURNING id
            """,
            [order.customer_id],
        )
        (pk,) = cursor.fetchone()
    append(Change("order", pk, 1, "order.imported", {}), actor=ACTOR)
    return Order.objects.get(pk=pk)


def test_an_imported_order_has_no_times() -> None:
    imported = import_order()

    assert imported.confirmed_at is not None and rows("fulfilment") == []


# Cancellations


def test_cancellations_are_told_by_their_codes_and_add_up_to_those_of_sales() -> None:
    book = write_book()
    codes = ("late", "late", "mistake", "", "Late")
    for code in codes:
        cancel_order(OrderFactory().pk, actor=ACTOR, reason="test", reason_code=code)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO orders (customer_id, status, total_cents, takes_stock, version)
            VALUES (%s, 'CANCELLED', 77, false, 1)
            """,
            [book[0].customer_id],
        )
    cancelled = sum(str(order.status) == "CANCELLED" for order in book)

    found = rows("cancellations")

    expected = {"(none)": cancelled + 1, "late": 2, "mistake": 1, "Late": 1, "(imported)": 1}
    assert {row["reason_code"]: row["orders"] for row in found} == expected
    assert [row["orders"] for row in found] == sorted(expected.values(), reverse=True)
    for row in found:
        share = (Decimal(100 * row["orders"]) / sum(expected.values())).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert row["share_percent"] == share
    # What no event tells is in no rollup, and `verify` finds it.
    for given, untold in (({}, 1), ({"from_": "2024-03-31", "to": "2024-11-03", "tz": "Europe/Berlin"}, 0)):
        sales, told = rows("sales", **given), rows("cancellations", **given)
        assert sum(row["orders"] for row in told) == sum(row["cancelled_orders"] for row in sales) + untold
        assert sum(row["units"] for row in told) == sum(row["cancelled_units"] for row in sales)
        cents = sum(row["cancelled_cents"] for row in sales) + 77 * untold
        assert sum(row["cancelled_cents"] for row in told) == cents


# Short-closes


def test_what_was_given_up_is_told_by_its_codes_without_orders_that_were_cancelled_later() -> None:
    products = [ProductFactory(price_cents=price, stock_quantity=50).pk for price in (100, 7)]
    lines = [Line(5, product) for product in products]
    orders = [OrderFactory(status="CONFIRMED", lines=lines) for _ in range(4)]
    expected: dict[str, list[tuple[int, int, int, int]]] = defaultdict(list)
    for number, order in enumerate(orders):
        first, second = order.items.order_by("pk")
        for item, units, code in ((first, 2, "late"), (second, 1, "late"), (second, 3, ""), (first, 1, "lost")):
            short_close(order.pk, lines=[ItemUnits(item.pk, units)], actor=ACTOR, reason="x", reason_code=code)
            if number < 3:
                cents = units * item.unit_price_cents
                expected[code or "(none)"].append((order.pk, item.product_id, units, cents))
        set_created_at(order.pk, datetime(2024, 3, 30 + number % 2, 23, 30, tzinfo=UTC))
    cancel_order(orders[3].pk, actor=ACTOR, reason="test")

    told = rows("short-closes")

    whole = sum(units for entries in expected.values() for *_, units, _ in entries)
    assert [row["units"] for row in told] == [9, 9, 3]
    for row in told:
        entries = expected.pop(row["reason_code"])
        units = sum(entry[2] for entry in entries)
        assert (row["orders"], row["products"]) == (len({e[0] for e in entries}), len({e[1] for e in entries}))
        assert (row["units"], row["short_closed_cents"]) == (units, sum(entry[3] for entry in entries))
        assert row["share_percent"] == (Decimal(100 * units) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert not expected
    in_march = rows("short-closes", to="2024-04-01", tz="Europe/Berlin")
    assert [(row["reason_code"], row["orders"]) for row in in_march] == [("(none)", 2), ("late", 2), ("lost", 2)]


def test_returns_are_told_by_their_codes_when_they_have_come() -> None:
    order, other = (OrderFactory(lines=[Line(4, ProductFactory(price_cents=100).pk)], status="SHIPPED") for _ in "ab")
    for each, code, quantity, fate in (
        (order, "size", 2, "restock"),
        (order, "size", 1, "write_off"),
        (other, "", 1, "restock"),
        (other, "broken", 3, None),
    ):
        units = [ReturnUnits(each.lines[0].pk, quantity, fate)]
        sent_back = request_return(each.pk, lines=units, reason="r", reason_code=code, actor=ACTOR).sent_back[-1].pk
        if fate:
            receive_return(each.pk, sent_back, actor=ACTOR)

    told = {row.pop("reason_code"): row for row in rows("returns")}

    assert list(told) == ["size", "(none)"]
    assert told["size"] == {
        "orders": 1,
        "products": 1,
        "units": 3,
        "restocked_units": 2,
        "written_off_units": 1,
        "returned_cents": 300,
        "share_percent": Decimal("75.00"),
    }
    assert (told["(none)"]["restocked_units"], told["(none)"]["returned_cents"]) == (1, 100)
    assert rows("returns", to="2001-01-01") == []


# Ages

TODAY = datetime(2024, 3, 31, 12, tzinfo=UTC)
CLASSES = {
    "today": (0, 0),
    "1 day": (1, 1),
    "2-3 days": (2, 3),
    "4-7 days": (4, 7),
    "8-14 days": (8, 14),
    "15-30 days": (15, 30),
    "over 30 days": (31, 10**6),
}


def test_open_orders_are_told_by_status_and_age(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.parameters.timezone.now", lambda: TODAY)
    book = write_book()
    for days in (-2, 0, 1, 2, 3, 4, 7, 8, 14, 15, 30, 31, 400):
        set_created_at(OrderFactory().pk, TODAY - timedelta(days=days))
        set_created_at(OrderFactory(status="SHIPPED").pk, TODAY - timedelta(days=days, hours=11))
    book = list(Order.objects.prefetch_related("items"))

    for zone in ("UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
        today = TODAY.astimezone(ZoneInfo(zone)).date()
        told = rows("orders-by-age", tz=zone)
        assert [(row["status"], row["age"]) for row in told] == [
            (status, age) for status in ("PENDING", "CONFIRMED", "SHIPPED") for age in CLASSES
        ]
        for row in told:
            assert row == waiting(book, zone, today, row["status"], row["age"])


def waiting(book: list[Order], zone: str, today: date, status: str, age: str) -> dict[str, Any]:
    least, most = CLASSES[age]
    found = [
        order
        for order in book
        if str(order.status) == status and least <= max((today - local_date(order, zone)).days, 0) <= most
    ]
    items = [item for order in found for item in order.items.all()]
    return {
        "status": status,
        "age": age,
        "orders": len(found),
        "units": sum(item.quantity for item in items),
        "gross_cents": sum(item.quantity * item.unit_price_cents for item in items),
        "oldest_on": min((local_date(order, zone) for order in found), default=None),
    }
