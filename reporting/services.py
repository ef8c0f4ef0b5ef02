"""Asking a report: the answer is one moment of the data, of any size."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connections

from common.errors import NotFound
from common.sql import one
from common.transactions import snapshot
from reporting.definitions import Column, Kind, Question, Report
from reporting.reports import REPORTS

Row = tuple[Any, ...]
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a report at one moment. They can be read once, while the snapshot is open."""

    question: Question
    as_of: datetime
    rows: Iterator[Row]

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.question.report.columns

    def meta(self) -> dict[str, Any]:
        """What was asked and what it was asked of; days as the range counts them, `to` being left out."""
        asked = self.question
        return {
            "report": asked.report.name,
            "from": asked.first,
            "to": asked.end,
            "tz": asked.zone,
            "by": asked.by if asked.report.takes("by") else None,
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


@contextmanager
def answer(question: Question, *, using: str = "report") -> Iterator[Answer]:
    """Ask in a snapshot that lasts as long as the block; the rows stay in the database until they are read."""
    with snapshot(using), connections[using].cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (as_of,) = one(cursor)
        yield Answer(question, as_of, _rows(question, cursor))


def _rows(question: Question, cursor: Any) -> Iterator[Row]:
    """Fetched in pieces with a cursor declared in SQL: it needs no more than the transaction.

    Django's `chunked_cursor` would read everything into memory where server-side cursors are switched off.
    """
    numbers = [column.kind in (Kind.INTEGER, Kind.CENTS) for column in question.report.columns]
    cursor.execute(f"DECLARE answer NO SCROLL CURSOR FOR {question.report.sql} LIMIT %(limit)s", question.values())
    while True:
        cursor.execute(f"FETCH {CHUNK} FROM answer")
        chunk = cursor.fetchall()
        if not chunk:
            return
        for row in chunk:
            # Sums come as numeric, because they may exceed a bigint; Python's integers may, too.
            yield tuple(int(value) if whole else value for value, whole in zip(row, numbers, strict=True))
