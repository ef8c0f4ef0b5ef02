"""Following the event log: what a consumer writes and its place in the log commit together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections, transaction

from events.models import Cursor, Event
from events.services.reading import SETTLED, START, Position, read_after


@dataclass(frozen=True, slots=True)
class Batch:
    """What a consumer is to read next: the events after one place in the log, up to and with another."""

    after: Position
    upto: Position
    size: int

    def values(self) -> dict[str, Any]:
        """For the condition IN_BATCH."""
        after = dict(zip(("after_epoch", "after_xid", "after_position"), map(str, self.after), strict=True))
        return after | dict(zip(("upto_epoch", "upto_xid", "upto_position"), map(str, self.upto), strict=True))

    def events(self) -> list[Event]:
        """For a consumer that does its work in Python."""
        return read_after(self.after, limit=self.size)


IN_BATCH = """
    (epoch, xid, position) > (%(after_epoch)s::int, %(after_xid)s::text::xid8, %(after_position)s::bigint)
    AND (epoch, xid, position) <= (%(upto_epoch)s::int, %(upto_xid)s::text::xid8, %(upto_position)s::bigint)
"""

BEGINNING = """
    INSERT INTO event_cursors (consumer, epoch, xid, position) VALUES (%s, 0, '0', 0) ON CONFLICT DO NOTHING
"""


@transaction.atomic(savepoint=False)
def consume(consumer: str, apply: Callable[[Batch], None], *, at_most: int) -> bool:
    """Have a consumer apply its next events; what it writes and its place in the log commit together.

    Its place is locked meanwhile: one worker is active, others pass by. Says whether there may be more to read.
    """
    if _next_batch(_place(consumer), 1) is None:
        return False  # without a lock, which is a write and would go to disk once a second
    place = _claim(consumer)
    batch = place and _next_batch(place, at_most)
    if not batch:
        return False
    apply(batch)
    _move(consumer, batch.upto)
    return batch.size == at_most


def hold_consumer(consumer: str) -> None:
    """Wait for the consumer's batch to end, and let it take no other until the transaction ends."""
    with connections["default"].cursor() as cursor:
        cursor.execute(BEGINNING, [consumer])
        cursor.execute("SELECT FROM event_cursors WHERE consumer = %s FOR UPDATE", [consumer])


def _place(consumer: str) -> Position:
    cursor = Cursor.objects.filter(pk=consumer).first()
    return Position(cursor.epoch, cursor.xid, cursor.position) if cursor else START


def _claim(consumer: str) -> Position | None:
    """Where the consumer stands, locked; None while another worker is at it."""
    with connections["default"].cursor() as cursor:
        cursor.execute(BEGINNING, [consumer])
        cursor.execute(
            """
            SELECT epoch, xid::text::bigint, position FROM event_cursors
            WHERE consumer = %s
            FOR UPDATE SKIP LOCKED
            """,
            [consumer],
        )
        row = cursor.fetchone()
    return Position(*row) if row else None


def _next_batch(place: Position, at_most: int) -> Batch | None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"""
            SELECT epoch, xid::text::bigint, position, count(*) OVER ()
            FROM (
                SELECT epoch, xid, position FROM events
                WHERE (epoch, xid, position) > (%s, %s::text::xid8, %s) AND {SETTLED}
                ORDER BY epoch, xid, position
                LIMIT %s
            ) next
            ORDER BY epoch DESC, next.xid DESC, position DESC
            LIMIT 1
            """,
            [place.epoch, str(place.xid), place.position, at_most],
        )
        row = cursor.fetchone()
    return Batch(place, Position(*row[:3]), row[3]) if row else None


def _move(consumer: str, place: Position) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """
            UPDATE event_cursors SET epoch = %s, xid = %s::text::xid8, position = %s, updated_at = statement_timestamp()
            WHERE consumer = %s
            """,
            [place.epoch, str(place.xid), place.position, consumer],
        )


@dataclass(frozen=True, slots=True)
class Lag:
    """How many events of the log one consumer has still to read, and since when the oldest of them waits."""

    consumer: str
    behind: int
    waiting_since: datetime | None


def lags(using: str = "default", *, at_most: int | None = None) -> list[Lag]:
    """Every consumer's lag, events that are still behind the fence included; counted no further than `at_most`."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            """
            SELECT c.consumer, count(e.id), min(e.occurred_at)
            FROM event_cursors c
            LEFT JOIN LATERAL (
                SELECT id, occurred_at FROM events
                WHERE (epoch, xid, position) > (c.epoch, c.xid, c.position)
                ORDER BY epoch, xid, position
                LIMIT %s
            ) e ON true
            GROUP BY c.consumer
            ORDER BY c.consumer
            """,
            [at_most],
        )
        return [Lag(*row) for row in cursor.fetchall()]
