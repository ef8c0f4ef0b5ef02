"""What every report costs in the large database beside plain SQL, which must say the same."""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from statistics import median
from typing import NamedTuple

from django.db import connection, connections

from benchmarks.database import ACTOR
from benchmarks.plain import PLAIN, moments
from benchmarks.reading import watched
from common.transactions import run
from customers.models import Customer
from orders.services import Line, place_order
from products.models import Product
from reporting import parameters
from reporting.consumers import keep_business_days
from reporting.definitions import Question, Report
from reporting.reports.sales import SALES
from reporting.rollups import BATCH, ROLLUPS, advance
from reporting.services import Row, answer

ROUNDS = 5
ENOUGH_SECONDS = 5  # for one question; a few rounds of what takes seconds tell enough
ANOTHER_ZONE = "America/New_York"
SKU = "ART-00001"  # sold all the time
RANGES = {
    "a month": {"from": "2024-06-01", "to": "2024-07-01"},
    "a year": {"from": "2024-01-01", "to": "2025-01-01"},
    "all time": {},
}


class Cost(NamedTuple):
    """Milliseconds in the database, of the report and of plain SQL; the medians of all rounds."""

    name: str
    rows: int
    report_ms: float
    plain_ms: float
    is_same: bool  # whether they say the same


def questions(reports: Collection[Report]) -> Iterator[tuple[str, Question]]:
    """These reports over a month, a year and all time; one that knows no range as it is asked."""
    for report in reports:
        given = {"product": SKU} if report.takes("product") else {}
        if report.takes("from"):
            for range_, days in RANGES.items():
                yield f"{report.name}, {range_}", parameters.read(report, given | days)
        else:
            yield report.name, parameters.read(report, given)
    if SALES in reports:
        yield "sales by month, all time", parameters.read(SALES, {"by": "month"})
        for range_, days in RANGES.items():
            asked = days | {"tz": ANOTHER_ZONE}
            yield f"sales, {range_}, days in {ANOTHER_ZONE}", parameters.read(SALES, asked)


def measure(name: str, question: Question) -> Cost:
    """Ask both ways in turn, until it is enough; the first round warms up."""
    report = question.report
    plain = replace(question, report=replace(report, sql=PLAIN[report.name], look_up=moments))
    (rows, _), (same, _) = ask(question), ask(plain)
    report_ms, plain_ms = list[float](), list[float]()
    end = time.monotonic() + ENOUGH_SECONDS
    while len(plain_ms) < ROUNDS and (time.monotonic() < end or not plain_ms):
        plain_ms.append(ask(plain)[1])
        report_ms += [ask(question)[1] for _ in range(ROUNDS if max(report_ms, default=0) < 100 else 1)]
    return Cost(name, len(rows), median(report_ms), median(plain_ms), rows == same)


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
