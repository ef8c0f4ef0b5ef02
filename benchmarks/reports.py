"""What reports cost in the large database: from the rollups, and as plain SQL over the orders, asked in alternation."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from statistics import median
from typing import NamedTuple

from django.db import connection, connections

from benchmarks.database import ACTOR
from benchmarks.reading import watched
from common.transactions import run
from customers.models import Customer
from orders.services import Line, place_order
from products.models import Product
from reporting import parameters
from reporting.consumers import keep_business_days
from reporting.definitions import Question
from reporting.folding import figures_of_orders
from reporting.reports import REPORTS
from reporting.reports.figures import COUNTED_ORDERS, FIGURE_COLUMNS, SUMMED_FIGURES, figures_of_lines
from reporting.rollups import BATCH, ROLLUPS, advance
from reporting.services import Row, answer

ROUNDS = 5
ANOTHER_ZONE = "America/New_York"
RANGES = {
    "a month": {"from": "2024-06-01", "to": "2024-07-01"},
    "a year": {"from": "2024-01-01", "to": "2025-01-01"},
    "all time": {},
}

# The same figures from the orders and their lines, with the number of columns that come before them.
PLAIN = {
    "sales": (
        2,
        f"""
        WITH {COUNTED_ORDERS},
        of_line AS ({figures_of_lines("counted", told="o.local_time")}),
        of_order AS ({figures_of_orders("local_time", ("1", "(status = 'CANCELLED')::int"), "counted")})
        SELECT to_char(starts_at, %(label)s) AS period, starts_at::date AS starts_on, {SUMMED_FIGURES}
        FROM (SELECT *, date_trunc(%(by)s, local_time) AS starts_at FROM of_order) dated
        GROUP BY starts_at
        ORDER BY starts_at
    """,
    ),
    "products": (
        3,
        f"""
        WITH {COUNTED_ORDERS},
        sold AS (
            SELECT product_id, {SUMMED_FIGURES}
            FROM ({figures_of_lines("counted", told="i.product_id")}) of_line
            GROUP BY product_id
        )
        SELECT p.id, p.sku, p.name, {", ".join(f"sold.{column.name}" for column in FIGURE_COLUMNS)}
        FROM sold JOIN products p ON p.id = sold.product_id
        ORDER BY sold.net_cents DESC, p.id
    """,
    ),
}


class Cost(NamedTuple):
    """Milliseconds in the database, from the rollups and over the orders; the medians of all rounds."""

    name: str
    rows: int
    rollups_ms: float
    plain_ms: float


def questions() -> Iterator[tuple[str, Question]]:
    for range_, given in RANGES.items():
        yield f"sales by day, {range_}", parameters.read(REPORTS["sales"], given)
    yield "sales by month, all time", parameters.read(REPORTS["sales"], {"by": "month"})
    for range_, given in RANGES.items():
        asked = given | {"tz": ANOTHER_ZONE}
        yield f"sales by day, {range_}, days in {ANOTHER_ZONE}", parameters.read(REPORTS["sales"], asked)
    for range_, given in RANGES.items():
        yield f"products, {range_}", parameters.read(REPORTS["products"], given)


def measure(name: str, question: Question) -> Cost:
    """Ask both ways in turn. Raises RuntimeError when they do not say the same."""
    report = question.report
    before, sql = PLAIN[report.name]
    width = before + len(FIGURE_COLUMNS)
    plain = replace(question, report=replace(report, columns=report.columns[:width], sql=sql, look_up=None))
    kept_ms, plain_ms = [], []
    for _ in range(ROUNDS):
        for _ in range(ROUNDS):  # the shorter a statement, the more it suffers from whoever else is at work
            rows, milliseconds = ask(question)
            kept_ms.append(milliseconds)
        same, milliseconds = ask(plain)
        plain_ms.append(milliseconds)
        if [row[:width] for row in rows] != same:
            raise RuntimeError(f"{name}: the rollups and the orders do not say the same.")
    return Cost(name, len(rows), median(kept_ms), median(plain_ms))


def ask(question: Question) -> tuple[Sequence[Row], float]:
    """The rows, and how many milliseconds all statements took until the last of them was there."""
    with watched(connections["report"]) as statements, answer(question) as found:
        rows = list(found.rows)
    return rows, 1000 * sum(statement.seconds for statement in statements)


def roll_up() -> float:
    """Begin the rollups anew; how many events a second the worker added."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE rollup_zones, {', '.join(rollup.table for rollup in ROLLUPS)}")
        cursor.execute("DELETE FROM event_cursors")
    keep_business_days()
    began, batches = time.monotonic(), 1
    while advance():
        batches += 1
    seconds = time.monotonic() - began
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(rollup.table for rollup in ROLLUPS)}")
    return batches * BATCH / seconds


def place(seconds: float) -> int:
    """Place orders of three lines one after another, nothing in front of the service; how many."""
    customer = Customer.objects.order_by("pk")[0].pk
    products = list(Product.objects.order_by("pk").values_list("pk", flat=True)[:900])
    placed, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        lines = [Line(1, products[(placed + third) % 900]) for third in (0, 300, 600)]
        run(partial(place_order, customer_id=customer, lines=lines, actor=ACTOR))
        placed += 1
    return placed
