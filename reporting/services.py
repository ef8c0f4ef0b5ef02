"""Asking a report: the answer is one moment of the data, of any size."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connections
from django.utils import timezone

from common.errors import InvalidInput, NotFound
from common.exports.columns import Column, Kind
from common.transactions import snapshot
from events.services import Extent, extent
from products.models import Product
from reporting.definitions import Question, Report
from reporting.reports import REPORTS

Row = tuple[Any, ...]
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a report at one moment. They can be read once, while the snapshot is open."""

    question: Question
    as_of: datetime
    log: Extent
    rows: Iterator[Row]

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.question.report.columns

    @property
    def state(self) -> int:
        """A number that is another one as soon as the rows may be others: nothing was read of them for it.

        What is reported never changes without an event, and some of it with the day.
        """
        asked, report = self.question, self.question.report
        values = asked.values() | {"today": asked.today if report.depends_on_today else None}
        known = (report.name, report.sql, report.columns, sorted(values.items()), settings.OMS_CURRENCY, self.log)
        return int(hashlib.sha256(repr(known).encode()).hexdigest()[:15], 16)

    def meta(self) -> dict[str, Any]:
        """What was asked and what it was asked of; days as the range counts them, `to` being left out."""
        asked = self.question
        return {
            "report": asked.report.name,
            "from": asked.first,
            "to": asked.end,
            "tz": asked.zone,
            "by": asked.by if asked.report.takes("by") else None,
            "at": asked.at,
            "product": asked.product,
            "limit": asked.limit,
            "range": asked.range_in_words(),
            "currency": settings.OMS_CURRENCY,
            "as_of": self.as_of,
        }


def find_report(name: str) -> Report:
    """Raises NotFound, with the names there are."""
    report = REPORTS.get(name)
    if report is None:
        raise NotFound(f"There is no report {name!r}; there are {', '.join(REPORTS)}.")
    return report


def reports_for(principal: Any) -> list[Report]:
    """Those that a person or a token may see."""
    return [report for report in REPORTS.values() if principal.has_perm(report.permission)]


@contextmanager
def answer(question: Question, *, using: str = "report") -> Iterator[Answer]:
    """Ask in a snapshot that lasts as long as the block; the rows stay in the database until they are read.

    Raises InvalidInput for a product that does not exist.
    """
    with snapshot(using), connections[using].cursor() as cursor:
        as_of = timezone.now()  # before the first statement, which sees all that was committed by then
        log = extent(using)
        if question.product is not None and not Product.objects.using(using).filter(sku=question.product).exists():
            raise InvalidInput.at("/product", "unknown_product", f"there is no product {question.product!r}")
        yield Answer(question, as_of, log, _rows(question, cursor))


def _rows(question: Question, cursor: Any) -> Iterator[Row]:
    """Fetched in pieces with a cursor declared in SQL: it needs no more than the transaction.

    Django's `chunked_cursor` would read everything into memory where server-side cursors are switched off.
    """
    readers = [_reader(column.kind, ZoneInfo(question.zone)) for column in question.report.columns]
    report, values = question.report, question.values()
    if report.look_up is not None:
        values |= report.look_up(question, cursor)
    cursor.execute(f"DECLARE answer NO SCROLL CURSOR FOR {report.sql} LIMIT %(limit)s", values)
    while True:
        cursor.execute(f"FETCH {CHUNK} FROM answer")
        chunk = cursor.fetchall()
        if not chunk:
            return
        for row in chunk:
            yield tuple(value if value is None else read(value) for value, read in zip(row, readers, strict=True))


def _reader(kind: Kind, zone: ZoneInfo) -> Callable[[Any], Any]:
    """What makes of a value, as the database sends it, what the report means."""
    if kind in (Kind.INTEGER, Kind.CENTS, Kind.SECONDS):
        return int  # sums come as numeric, because they may exceed a bigint; Python's integers may, too
    if kind == Kind.MOMENT:
        return lambda moment: moment.astimezone(zone)
    return lambda value: value
