"""Every figure of every report, against plain Python over the rows."""

from collections.abc import Hashable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from common.tests.racing import race
from customers.tests.factories import CustomerFactory
from orders.models import Order
from orders.services import Line
from orders.tests.factories import OrderFactory
from products.models import Product
from products.tests.factories import ProductFactory
from reporting.parameters import read
from reporting.reports import REPORTS
from reporting.reports.figures import FIGURE_COLUMNS
from reporting.services import answer
from reporting.tests.asking import rows as ask
from reporting.tests.books import (
    TURNS,
    ZONES,
    Figures,
    by_order,
    by_product,
    local_date,
    set_created_at,
    within,
    write_book,
)
from reporting.tests.rolling import catch_up, roll_up_half

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

RANGES: tuple[tuple[date | None, date | None], ...] = (
    (None, None),
    (date(2024, 3, 31), date(2024, 4, 1)),
    (date(2024, 10, 27), date(2024, 10, 28)),
    (date(2018, 11, 4), date(2018, 11, 5)),
    (date(2018, 2, 17), date(2018, 2, 18)),
    (date(2024, 11, 3), date(2024, 11, 4)),
    (date(2024, 4, 7), None),
    (None, date(2024, 10, 6)),
    (date(2024, 6, 30), date(2024, 6, 30)),
    (date(2010, 11, 6), date(2010, 11, 7)),
    (date(2024, 4, 1), date(2024, 11, 1)),
)


def figures(rows: list[dict[str, Any]], key: str) -> dict[Hashable, Figures]:
    return {row[key]: {name: value for name, value in row.items() if name in SHARED} for row in rows}


SHARED = {column.name for column in FIGURE_COLUMNS}


def in_text(first: date | None, end: date | None) -> dict[str, str]:
    return {name: day.isoformat() for name, day in (("from", first), ("to", end)) if day}


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


LABELLED = {"day": date.isoformat, "week": week_of, "month": lambda day: day.isoformat()[:7]}


def test_sales_are_exact_in_every_zone_range_and_step() -> None:
    book = write_book()
    roll_up_half()

    for zone in ZONES:
        for first, end in RANGES:
            counted = within(book, zone, first, end)
            for by in LABELLED if first is None else ("day",):
                label = LABELLED[by]
                expected = by_order(counted, lambda order, label=label, zone=zone: label(local_date(order, zone)))  # type: ignore[misc]
                rows = ask("sales", tz=zone, by=by, **in_text(first, end))
                assert figures(rows, "period") == expected, (zone, first, end, by)
                assert [row["starts_on"] for row in rows] == sorted(row["starts_on"] for row in rows)


def test_products_and_customers_and_statuses_are_exact_in_every_zone_and_range() -> None:
    book = write_book()
    roll_up_half()

    for number, zone in enumerate(ZONES):
        for first, end in RANGES[number % 2 :: 2]:
            counted, asked = within(book, zone, first, end), {"tz": zone, **in_text(first, end)}
            assert figures(ask("products", **asked), "product_id") == by_product(counted)
            assert figures(ask("customers", **asked), "customer_id") == by_order(counted, lambda o: o.customer_id)
            statuses = by_order(counted, lambda order: str(order.status))
            for row in ask("orders-by-status", **asked):
                expected = statuses.get(row.pop("status"), dict.fromkeys(SHARED, 0))
                assert row == {name: expected[name] for name in row}


def test_every_report_adds_up_to_the_same_money_and_every_moment_of_the_book_is_in_it() -> None:
    book = write_book()

    told = {name: total(ask(name)) for name in ("sales", "products", "customers")}
    by_status, given_up, came_back = (total(ask(name)) for name in ("orders-by-status", "short-closes", "returns"))

    sales = {name: value for name, value in told["sales"].items() if "orders" not in name}
    assert [{name: figures[name] for name in sales} for figures in told.values()] == [sales] * 3
    assert min(sales.values()) > 0
    assert (by_status["units"], by_status["gross_cents"]) == (sales["units"], sales["gross_cents"])
    assert sales["gross_cents"] == sum(order.total_cents for order in book)
    assert sales["net_cents"] == sum(order.due_cents for order in book)
    for figures, name in ((given_up, "short_closed"), (came_back, "returned")):
        assert (figures["units"], figures[f"{name}_cents"]) == (sales[f"{name}_units"], sales[f"{name}_cents"])
    assert {turn - timedelta(microseconds=1) for turn in TURNS} | set(TURNS) <= {order.created_at for order in book}
    assert {order.status for order in book} == set(Order.Status.values)


def total(rows: list[dict[str, Any]]) -> Figures:
    return {name: sum(row[name] for row in rows) for name in rows[0] if name in SHARED}


def test_a_step_begins_on_its_first_day() -> None:
    set_created_at(OrderFactory().pk, datetime(2021, 1, 1, 12, tzinfo=UTC))

    starts = {by: [(row["period"], row["starts_on"]) for row in ask("sales", by=by)] for by in LABELLED}

    assert starts == {
        "day": [("2021-01-01", date(2021, 1, 1))],
        "week": [("2020-W53", date(2020, 12, 28))],
        "month": [("2021-01", date(2021, 1, 1))],
    }


def test_the_most_valuable_come_first_and_the_limit_cuts_the_rest() -> None:
    for quantity in (3, 9, 1):
        OrderFactory(lines=[Line(quantity=quantity, product_id=ProductFactory().pk)])

    for name in ("products", "customers"):
        rows = ask(name)
        assert [row["net_cents"] for row in rows] == [9 * 1_250, 3 * 1_250, 1_250]
        assert ask(name, limit="2") == rows[:2]
        assert ask(name, limit="0") == []


def test_customers_are_shown_with_their_first_and_last_day() -> None:
    customer_id = CustomerFactory().pk
    for day in (2, 1, 3):
        set_created_at(OrderFactory(customer_id=customer_id).pk, datetime(2024, 1, day, 18, 15, tzinfo=UTC))

    (row,) = ask("customers", tz="Asia/Kathmandu")

    assert (row["first_order_on"], row["last_order_on"]) == (date(2024, 1, 2), date(2024, 1, 4))


def test_products_go_by_their_present_name() -> None:
    order = OrderFactory()
    Product.objects.filter(pk=order.lines[0].product_id).update(sku="NEW", name="Lantern")

    assert [(row["sku"], row["name"]) for row in ask("products")] == [("NEW", "Lantern")]


def test_sums_beyond_a_bigint_are_exact() -> None:
    products = [ProductFactory(price_cents=10**12, stock_quantity=3 * 10**6).pk for _ in range(9)]
    most = 9 * 10**12 * 10**6
    for _ in range(3):
        OrderFactory(lines=[Line(quantity=10**6, product_id=product) for product in products])

    for _ in ("from the log", "from the rollups"):
        assert sum(row["net_cents"] for row in ask("customers")) == 3 * most > 2**63
        assert [row["gross_cents"] for row in ask("sales", by="month")] == [3 * most]
        catch_up()


def test_an_answer_is_one_moment_of_the_data() -> None:
    OrderFactory()
    question = read(REPORTS["orders-by-status"], {})

    with answer(question) as found:
        race(OrderFactory)
        then = next(found.rows)
    with answer(question) as found:
        now = next(found.rows)

    assert (then[:2], now[:2]) == (("PENDING", 1), ("PENDING", 2))
