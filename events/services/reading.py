"""Reading the event log without losing an event."""

from typing import NamedTuple

from django.db import connections, transaction

from common.sql import one
from events.models import Event


class Position(NamedTuple):
    """A place in the log; all three numbers are needed to order events across clusters and transactions."""

    epoch: int
    xid: int
    position: int


START = Position(0, 0, 0)

# Ids are handed out before their transactions commit, so "greater than the last" loses events. Only rows are read
# whose transaction is older than every one still running; those of earlier epochs are all settled.
SETTLED = "(epoch < (SELECT epoch FROM event_epoch) OR xid < pg_snapshot_xmin(pg_current_snapshot()))"


def read_after(place: Position, *, limit: int, using: str = "default") -> list[Event]:
    """The next events of the log after `place`, none of which will ever be preceded by another."""
    return list(
        Event.objects.using(using).raw(
            f"""
            SELECT * FROM events
            WHERE (epoch, xid, position) > (%s, %s::text::xid8, %s) AND {SETTLED}
            ORDER BY epoch, xid, position
            LIMIT %s
            """,
            [place.epoch, str(place.xid), place.position, limit],
        )
    )


def position_of(event: Event) -> Position:
    return Position(event.epoch, event.xid, event.position)


class Extent(NamedTuple):
    """How far the log reaches for one snapshot: its last settled event, and how many can be seen beyond that.

    Two snapshots of the same extent see the same events. The settled part grows only at its end, and what is seen
    beyond it stays to be seen, so neither can change while both numbers stay.
    """

    last: Position
    beyond: int


def extent(using: str = "default") -> Extent:
    """How far the log reaches for the transaction's snapshot: a look at the end of an index."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"""
            SELECT last.epoch, last.xid::text, last.position, tail.beyond
            FROM (SELECT count(*) AS beyond FROM events
                  WHERE epoch = (SELECT epoch FROM event_epoch)
                    AND xid >= pg_snapshot_xmin(pg_current_snapshot())) tail
            LEFT JOIN (SELECT epoch, xid, position FROM events
                       WHERE {SETTLED}
                       ORDER BY epoch DESC, xid DESC, position DESC LIMIT 1) last ON true
            """
        )
        epoch, xid, position, beyond = one(cursor)
    return Extent(START if epoch is None else Position(epoch, int(xid), position), beyond)


def log_is_readable(using: str = "default") -> bool:
    """Whether every transaction id of the current epoch lies in the past of this cluster.

    If not, the data came from another cluster and the fence would hide events: `rebase` mends it.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(
            """
            SELECT NOT EXISTS (
                SELECT FROM events
                WHERE epoch = (SELECT epoch FROM event_epoch) AND xid >= pg_snapshot_xmax(pg_current_snapshot()))
            """
        )
        (readable,) = one(cursor)
    return bool(readable)


@transaction.atomic(using="migration", savepoint=False)
def rebase() -> int:
    """Start a new epoch, as after moving the data into another cluster; returns its number.

    Transaction ids of the old cluster mean nothing in the new one. No event is touched: the rows keep their
    epoch, and those written from now on carry the next.
    """
    with connections["migration"].cursor() as cursor:
        cursor.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        cursor.execute("UPDATE event_epoch SET epoch = epoch + 1 RETURNING epoch")
        (epoch,) = one(cursor)
        cursor.execute(f"ALTER TABLE events ALTER COLUMN epoch SET DEFAULT {int(epoch)}")
    return int(epoch)
