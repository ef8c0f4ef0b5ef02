"""How customers come and come back, against plain Python over the rows."""

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from customers.tests.factories import CustomerFactory
from orders.models import Order
from orders.tests.factories import OrderFactory
from reporting.steps import first_day_of
from reporting.tests.asking import rows
from reporting.tests.books import local_date, net_of, set_created_at, within, write_book

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

RANGES: tuple[tuple[date | None, date | None], ...] = (
    (None, None),
    (date(2018, 11, 4), date(2024, 4, 7)),
    (date(2024, 4, 7), None),
    (date(2030, 1, 1), None),
)
ZONES = ("Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo")


def first_days(book: list[Order], zone: str) -> dict[int, date]:
    """Of each customer, the day of the first order of all."""
    firsts: dict[int, date] = {}
    for order in book:
        day = local_date(order, zone)
        firsts[order.customer_id] = min(day, firsts.get(order.customer_id, day))
    return firsts


def in_text(first: date | None, end: date | None) -> dict[str, str]:
    return {name: day.isoformat() for name, day in (("from", first), ("to", end)) if day}


def new_and_returning(book: list[Order], zone: str, by: str, first: date | None, end: date | None) -> dict[date, Any]:
    firsts = first_days(book, zone)
    steps: dict[date, Any] = defaultdict(lambda: {"new": defaultdict(list), "returning": defaultdict(list)})
    for order in within(book, zone, first, end):
        step = first_day_of(by, local_date(order, zone))
        kind = "new" if first_day_of(by, firsts[order.customer_id]) == step else "returning"
        steps[step][kind][order.customer_id].append(net_of(order))
    return {
        step: {
            kind: (len(buyers), sum(map(len, buyers.values())), sum(map(sum, buyers.values())))
            for kind, buyers in kinds.items()
        }
        for step, kinds in steps.items()
    }


def test_new_and_returning_customers_are_told_apart_exactly() -> None:
    book = write_book()

    for zone in ZONES:
        for first, end in RANGES:
            for by in ("day", "month", "quarter"):
                told = rows("new-customers", tz=zone, by=by, **in_text(first, end))
                assert {
                    row["starts_on"]: {
                        kind: (row[f"{kind}_customers"], row[f"{kind}_orders"], row[f"{kind}_net_cents"])
                        for kind in ("new", "returning")
                    }
                    for row in told
                } == new_and_returning(book, zone, by, first, end), (zone, first, end, by)
                for row in told:
                    for sum_of in ("customers", "orders", "net_cents"):
                        assert row[sum_of] == row[f"new_{sum_of}"] + row[f"returning_{sum_of}"]


def test_they_add_up_to_the_sales_of_the_same_steps() -> None:
    write_book()

    sales = {row["period"]: (row["orders"], row["net_cents"]) for row in rows("sales", by="quarter")}

    assert sales == {row["period"]: (row["orders"], row["net_cents"]) for row in rows("new-customers", by="quarter")}


def cohorts(book: list[Order], zone: str, first: date | None, end: date | None) -> dict[tuple[str, int], Any]:
    firsts = {
        customer: day
        for customer, day in first_days(book, zone).items()
        if (first is None or day >= first) and (end is None or day < end)
    }
    sizes: dict[str, int] = defaultdict(int)
    for day in firsts.values():
        sizes[f"{day:%Y-%m}"] += 1
    cells: dict[tuple[str, int], list[Order]] = defaultdict(list)
    for order in book:
        if order.customer_id in firsts:
            began, day = firsts[order.customer_id], local_date(order, zone)
            cells[f"{began:%Y-%m}", (day.year - began.year) * 12 + day.month - began.month].append(order)
    return {
        (cohort, later): (
            sizes[cohort],
            len({order.customer_id for order in orders}),
            percent(len({order.customer_id for order in orders}), sizes[cohort]),
            len(orders),
            sum(map(net_of, orders)),
        )
        for (cohort, later), orders in cells.items()
    }


def percent(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_cohorts_are_exact() -> None:
    book = write_book()

    for zone in ZONES:
        for first, end in RANGES:
            told = rows("cohorts", tz=zone, **in_text(first, end))
            assert {
                (row["cohort"], row["months_later"]): (
                    row["customers"],
                    row["ordering_customers"],
                    row["ordering_percent"],
                    row["orders"],
                    row["net_cents"],
                )
                for row in told
            } == cohorts(book, zone, first, end), (zone, first, end)
            assert all(row["ordering_customers"] == row["customers"] for row in told if row["months_later"] == 0)


def test_all_cohorts_together_are_all_sales() -> None:
    write_book()

    told, (sales, *_) = rows("cohorts"), [rows("sales", by="quarter")]

    for figure in ("orders", "net_cents"):
        assert sum(row[figure] for row in told) == sum(row[figure] for row in sales)


def test_who_ordered_first_before_the_range_comes_back_in_it() -> None:
    customer = CustomerFactory().pk
    for month in (1, 3, 3):
        set_created_at(OrderFactory(customer_id=customer).pk, datetime(2024, month, 10, tzinfo=UTC))

    (march,) = rows("new-customers", from_="2024-02-01")
    assert (march["new_customers"], march["returning_customers"], march["returning_orders"]) == (0, 1, 2)
    assert rows("cohorts", from_="2024-02-01") == []
    assert [(row["cohort"], row["months_later"], row["orders"]) for row in rows("cohorts", to="2024-02-01")] == [
        ("2024-01", 0, 1),
        ("2024-01", 2, 2),
    ]
