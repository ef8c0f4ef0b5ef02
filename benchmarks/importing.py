"""What importing orders costs, beside copying the same lines into a table like theirs with nothing in front of it."""

import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from django.db import connection

from benchmarks import cpu
from benchmarks.database import CUSTOMERS, PRODUCTS

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
LINES_OF_AN_ORDER = 20
ACCEPTED = (0, 3)  # 3: some rows were rejected, as they are in every real file
Outcome = TypeVar("Outcome")
COLUMNS = "order_id, product_id, sku, name, quantity, unit_price_cents"


class Cost(NamedTuple):
    """What it took to bring in so many rows; memory where a process of ours did it."""

    name: str
    rows: int
    seconds: float
    client_cpu: float
    postgres_cpu: float | None
    peak_mb: float | None = None

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds


def write_orders(path: Path, lines: int) -> None:
    """An order book of the benchmark's customers and products, 20 lines to an order."""
    chance = random.Random(1)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("external_ref", "email", "sku", "quantity", "unit_price", "created_at"))
        for first in range(0, lines, LINES_OF_AN_ORDER):
            email = f"buyer{chance.randrange(CUSTOMERS)}@example.com"
            day = f"2025-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T{chance.randint(0, 23):02}:30:00"
            for number in chance.sample(range(PRODUCTS), min(LINES_OF_AN_ORDER, lines - first)):
                price = f"{(100 + number) / 100:.2f}"
                writer.writerow((f"REF-{first}", email, f"BENCH-{number:05d}", chance.randint(1, 9), price, day))


def run_import(command: str, arguments: Sequence[str]) -> tuple[float, float, float]:
    """Run an import as its operator would; seconds, processor time and peak memory in MB, start-up included."""
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - a command of ours
        [sys.executable, str(MANAGE), command, *arguments], env=os.environ, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ACCEPTED:
        raise RuntimeError(f"{command} ended with status {process.returncode}.")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure_import(arguments: Sequence[str]) -> Cost:
    """Import orders into a database that has none."""
    (seconds, client, peak), postgres = with_postgres(lambda: run_import("import_orders", arguments))
    return Cost("import_orders", _count("order_items"), seconds, client, postgres, peak)


def measure_copy() -> Cost:
    """COPY the lines that were just imported into a copy of their table: constraints, indexes, foreign keys."""
    _make_copy_of_table()
    with tempfile.TemporaryFile() as lines:
        with connection.cursor() as cursor, cursor.copy(f"COPY order_items ({COLUMNS}) TO STDOUT") as out:
            for block in out:
                lines.write(block)
        lines.seek(0)

        def copy() -> tuple[float, float]:
            began, before = time.monotonic(), os.times()
            with connection.cursor() as cursor, cursor.copy(f"COPY copied_items ({COLUMNS}) FROM STDIN") as into:
                while block := lines.read(65_536):
                    into.write(block)
            after = os.times()
            return time.monotonic() - began, after.user + after.system - before.user - before.system

        (seconds, client), postgres = with_postgres(copy)
    return Cost("COPY", _count("copied_items"), seconds, client, postgres)


def _make_copy_of_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS copied_items")
        cursor.execute("CREATE TABLE copied_items (LIKE order_items INCLUDING ALL)")
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = 'order_items'::regclass AND contype = 'f'"
        )
        for (definition,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE copied_items ADD {definition}")


def with_postgres(act: Callable[[], Outcome]) -> tuple[Outcome, float | None]:
    """What the act returned, and the processor time that the database server spent meanwhile."""
    server = cpu.postgres()
    before = cpu.seconds_of(server) if server else 0.0
    outcome = act()
    return outcome, cpu.seconds_of(server) - before if server else None


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        (rows,) = cursor.fetchone() or (0,)
    return int(rows)
