"""What answers and pages cost in the large database, found by asking the views in this process."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from statistics import median
from typing import Any, NamedTuple

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from accounts.services import create_service, create_token
from benchmarks.database import ACTOR
from common.transactions import run

ROUNDS = 5


class Statement(NamedTuple):
    sql: str
    parameters: Any
    seconds: float


class Cost(NamedTuple):
    """What one request cost; the median of all rounds."""

    name: str
    statements: int
    rows: int
    database_ms: float
    slowest: Statement
    cpu_ms: float


def client() -> Client:
    _, token = run(
        partial(create_token, create_service("benchmark-reading", role="sales"), name="reading", actor=ACTOR)
    )
    return Client(headers={"Authorization": f"Bearer {token}"})


def measure(name: str, address: str, asking: Client) -> Cost:
    """Ask once to warm up, then some times more."""
    _ask(asking, address)
    rounds, began = [], time.process_time()
    for _ in range(ROUNDS):
        with watched(*connections.all()) as statements:
            rows = _ask(asking, address)
        rounds.append(list(statements))
    cpu = (time.process_time() - began) / ROUNDS
    database = median(sum(statement.seconds for statement in statements) for statements in rounds)
    slowest = max(rounds[-1], key=lambda statement: statement.seconds)
    return Cost(name, len(rounds[-1]), rows, database * 1000, slowest, cpu * 1000)


def plan(statement: Statement) -> str:
    """How the database did it."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement.sql}", statement.parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


@contextmanager
def watched(*databases: BaseDatabaseWrapper) -> Iterator[list[Statement]]:
    """The statements of a block and how long each took."""
    statements: list[Statement] = []

    def watch(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            statements.append(Statement(sql, parameters, time.perf_counter() - began))

    with ExitStack() as watching:
        for database in databases:
            watching.enter_context(database.execute_wrapper(watch))
        yield statements


def _ask(asking: Client, address: str) -> int:
    """How many rows the answer has; a page of one record is one."""
    answer: Any = asking.get(address)
    if answer.status_code not in (200, 302):
        raise RuntimeError(f"{address} was answered {answer.status_code}: {answer.content[:300]!r}")
    if answer["Content-Type"] == "application/json":
        body = answer.json()
        return len(body["results"]) if "results" in body else 1
    found = (getattr(answer, "context_data", None) or {}).get("cl")
    return len(found.result_list) if found else 1
