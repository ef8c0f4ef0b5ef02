"""What must hold after a replay, asked of the database in plain SQL that shares nothing with the services."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from benchmarks.replay import PLACED, REFUSALS, Invoice, demand_of
from oms import database
from oms.verification import prove


class Claim(NamedTuple):
    """Something that must hold, of how many things that was asked, and in how many places it does not hold."""

    text: str
    asked: int
    wrong: int


class Before(NamedTuple):
    """How things stood before the first order."""

    stock: dict[int, int]
    deadlocks: int
    deadlocks_in_log: int


def before() -> Before:
    stock = {product_id: stock for product_id, stock, _ in _stock_and_sold()}
    return Before(stock, _deadlocks(), _deadlocks_in_log())


def claims(invoices: Sequence[Invoice], answers: Mapping[str, str], began: Before) -> list[Claim]:
    """All of them. The servers have ended: what their sessions counted is told when they end."""
    placed = [invoice for invoice in invoices if answers[invoice.external_ref] == PLACED]
    proof = prove()
    return [
        _answers(answers),
        _orders(placed),
        _stock(placed, began.stock),
        Claim("deadlocks that the database counted", 1, _deadlocks() - began.deadlocks),
        *_log(began),
        Claim("invariants of `verify` that are broken", len(proof.findings), len(proof.broken)),
    ]


def _answers(answers: Mapping[str, str]) -> Claim:
    wrong = sum(answer != PLACED and answer not in REFUSALS for answer in answers.values())
    return Claim("answers that are neither an order nor a refusal for want of stock", len(answers), wrong)


def _orders(placed: Sequence[Invoice]) -> Claim:
    with connection.cursor() as cursor:
        cursor.execute("SELECT external_ref FROM orders")
        found = Counter(external_ref for (external_ref,) in cursor.fetchall())
    promised = Counter(invoice.external_ref for invoice in placed)
    wrong = (found - promised) + (promised - found)
    return Claim("orders without an answer 201, or answers 201 without their order", found.total(), wrong.total())


def _stock(placed: Sequence[Invoice], initial: Mapping[int, int]) -> Claim:
    accepted = demand_of(placed)
    rows = _stock_and_sold()
    wrong = [
        product_id
        for product_id, stock, sold in rows
        if stock < 0 or sold != accepted[product_id] or stock != initial[product_id] - sold
    ]
    return Claim("products whose stock is not what was there minus what was accepted", len(rows), len(wrong))


def _stock_and_sold() -> list[tuple[int, int, int]]:
    """Of every product, what is there and what its orders hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, p.stock_quantity, coalesce(sum(i.quantity), 0)::bigint
            FROM products p LEFT JOIN order_items i ON i.product_id = p.id
            GROUP BY p.id
            """
        )
        rows: list[tuple[int, int, int]] = cursor.fetchall()
    return rows


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        (deadlocks,) = cursor.fetchone() or (0,)
    return int(deadlocks)


def _log(began: Before) -> list[Claim]:
    if not database.is_embedded():
        return []  # of a server of one's own we do not know where it writes
    return [Claim("deadlocks in the server's log", 1, _deadlocks_in_log() - began.deadlocks_in_log)]


def _deadlocks_in_log() -> int:
    if not database.is_embedded():
        return 0
    return sum(map(_deadlocks_in, database.embedded().log_dir.glob("*.log")))


def _deadlocks_in(log: Path) -> int:
    ours = f"@{connection.settings_dict['NAME']} "
    with log.open(errors="replace") as lines:
        return sum("deadlock detected" in line and ours in line for line in lines)
