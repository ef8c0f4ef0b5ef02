"""Each step beside the one before it, against plain Python over the rows."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from orders.models import Order
from orders.tests.factories import OrderFactory
from reporting.steps import first_day_of
from reporting.tests.asking import rows
from reporting.tests.books import local_date, net_of, write_book

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

RANGES: tuple[tuple[date | None, date | None], ...] = (
    (None, None),
    (date(2024, 3, 31), date(2024, 10, 28)),
    (date(2018, 11, 4), None),
    (None, date(2024, 10, 6)),
    (date(2024, 6, 30), date(2024, 6, 30)),
    (date(1, 1, 1), date(9999, 12, 31)),
)


def sums(book: list[Order], zone: str, by: str) -> dict[date, list[int]]:
    """Orders, those that were not cancelled, and their cents, of every step."""
    found: dict[date, list[int]] = {}
    for order in book:
        counts = str(order.status) != "CANCELLED"
        step = found.setdefault(first_day_of(by, local_date(order, zone)), [0, 0, 0])
        for place, value in enumerate((1, counts, net_of(order))):
            step[place] += value
    return found


def half_up(value: Decimal, digits: str) -> Decimal:
    return value.quantize(Decimal(digits), ROUND_HALF_UP)


def trend(book: list[Order], zone: str, by: str, first: date | None, end: date | None) -> list[dict[str, Any]]:
    steps, told = sums(book, zone, by), []
    for starts_on, (orders, kept, net) in sorted(steps.items()):
        if (first and starts_on < first_day_of(by, first)) or (end and starts_on >= end) or (first and first == end):
            continue
        before, _, previous = steps.get(first_day_of(by, starts_on - timedelta(days=1)), [0, 0, 0])
        told.append(
            {
                "starts_on": starts_on,
                "orders": orders,
                "previous_orders": before,
                "average_order_cents": int(half_up(Decimal(net) / kept, "1")) if kept else None,
                "net_cents": net,
                "previous_net_cents": previous,
                "change_cents": net - previous,
                "change_percent": half_up(Decimal(100 * (net - previous)) / previous, "0.01") if previous else None,
            }
        )
    return told


def test_every_step_stands_beside_the_one_before_it() -> None:
    book = write_book()

    for zone in ("Europe/Berlin", "America/Sao_Paulo"):
        for by in ("day", "week", "month", "quarter"):
            for first, end in RANGES:
                given = {name: day.isoformat() for name, day in (("from", first), ("to", end)) if day}
                told = rows("sales-trend", tz=zone, by=by, **given)
                for row in told:
                    row.pop("period")
                assert told == trend(book, zone, by, first, end), (zone, by, first, end)


def test_it_is_named_as_in_sales_and_adds_up_to_them() -> None:
    write_book()

    for by in ("week", "quarter"):
        sales, trends = (
            [tuple(row[name] for name in ("period", "starts_on", "net_cents", "average_order_cents")) for row in told]
            for told in (rows("sales", by=by), rows("sales-trend", by=by))
        )
        assert trends == sales


def test_a_step_without_orders_before_is_compared_with_nothing() -> None:
    OrderFactory()

    (row,) = rows("sales-trend", by="day", from_="today")

    assert (row["previous_net_cents"], row["change_cents"], row["change_percent"]) == (0, 2_500, None)
