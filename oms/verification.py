"""The proof: every invariant that an app lists, asked of one moment of the data."""

from dataclasses import dataclass
from typing import Any

from django.db import DataError, connections, transaction

import customers.invariants
import events.invariants
import orders.invariants
import products.invariants
import reporting.invariants
from common.errors import NotFound
from common.invariants import Count, Invariant
from common.transactions import snapshot

INVARIANTS: tuple[Invariant, ...] = (
    *products.invariants.INVARIANTS,
    *customers.invariants.INVARIANTS,
    *orders.invariants.INVARIANTS,
    *events.invariants.INVARIANTS,
    *reporting.invariants.INVARIANTS,
)
COUNTS: tuple[Count, ...] = (
    *products.invariants.COUNTS,
    *customers.invariants.COUNTS,
    *orders.invariants.COUNTS,
)
MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """How often an invariant is broken, and the first rows that break it."""

    invariant: Invariant
    found: int
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Proof:
    """What was looked at, and what was found."""

    checked: dict[str, int]
    findings: list[Finding]

    @property
    def broken(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.found]


def prove(order_id: int | None = None, *, using: str = "report") -> Proof:
    """Check everything, or what one order touches (its products' whole ledgers included), in one snapshot.

    The database does the work, so memory here does not grow with the data. Raises NotFound.
    """
    with snapshot(using):
        _take_time(using)
        scope = _scope(order_id, using)
        checked = {count.name: _count(count, scope, using) for count in COUNTS}
        checked["events"] = _count_events(scope, using)
        findings = [_check(invariant, scope, using) for invariant in INVARIANTS]
    return Proof(checked, findings)


def _take_time(using: str) -> None:
    """A proof of millions of rows takes longer than a page may; it holds no lock and keeps nobody waiting."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN "
            "('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')"
        )
        cursor.execute("SELECT set_config('work_mem', '64MB', true)")


def _scope(order_id: int | None, using: str) -> dict[str, list[int]]:
    if order_id is None:
        return {}
    scope = orders.invariants.scope_of(order_id, using=using)
    if scope is None:
        raise NotFound(f"There is no order {order_id}.")
    return scope


def _count(count: Count, scope: dict[str, list[int]], using: str) -> int:
    with connections[using].cursor() as cursor:
        cursor.execute(count.sql, {"ids": scope.get(count.subject)})
        (number,) = cursor.fetchone() or (0,)
    return int(number)


def _count_events(scope: dict[str, list[int]], using: str) -> int:
    if not scope:
        return _count(Count("events", "", "SELECT count(*) FROM events"), scope, using)
    sql = "SELECT count(*) FROM events WHERE aggregatetype = '{}' AND aggregateid = ANY(%(ids)s::bigint[])"
    return sum(_count(Count("events", subject, sql.format(subject)), scope, using) for subject in scope)


def _check(invariant: Invariant, scope: dict[str, list[int]], using: str) -> Finding:
    sql = f"SELECT broken.*, count(*) OVER () AS found FROM ({invariant.sql}) broken ORDER BY 1 LIMIT {MOST_ROWS}"
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute(sql, {"ids": scope.get(invariant.subject)})
            columns = [column.name for column in cursor.description or ()]
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    except DataError as error:
        # What an event says is not even a number or a time: broken, and no reason to leave the rest unchecked.
        return Finding(invariant, 1, [{"unreadable": str(error).partition("\n")[0]}])
    found = rows[0]["found"] if rows else 0
    return Finding(invariant, found, [{key: value for key, value in row.items() if key != "found"} for row in rows])
