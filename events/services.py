"""Writing the event log and reading it without losing an event."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple

from django.db import connections, transaction

from accounts.services import names_of
from common.actors import Actor
from common.sql import one
from events.models import Event


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one aggregate, to be recorded. `version` is the aggregate's version after it."""

    aggregate_type: str
    aggregate_id: int
    version: int
    type: str
    payload: Any
    personal: Any = None


class Position(NamedTuple):
    """A place in the log; all three numbers are needed to order events across clusters and transactions."""

    epoch: int
    xid: int
    position: int


START = Position(0, 0, 0)
# Values one by one: most acts append one event, and to write its JSON into an array is much of the work.
ROW = "(%s::int, %s::text, %s::bigint, %s::int, %s::text, %s::jsonb, %s::jsonb)"


def append(*changes: Change, actor: Actor) -> None:
    """Record changes in the transaction that makes them; at most one per aggregate in a call.

    A transaction may have got its id before it got the aggregate's lock, so the row carries the greater of its
    own id and that of the aggregate's previous event: the log then tells each aggregate's story in order.
    """
    rows = [_row(place, change) for place, change in enumerate(changes)]
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO events (xid, aggregatetype, aggregateid, version, type, payload, personal,
                                actor, request_id, occurred_at)
            SELECT greatest(pg_current_xact_id(), previous.xid), c.aggregatetype, c.aggregateid, c.version, c.type,
                   c.payload, c.personal, %s, %s, statement_timestamp()
            FROM (VALUES {", ".join([ROW] * len(rows))})
                 AS c (place, aggregatetype, aggregateid, version, type, payload, personal)
            LEFT JOIN events previous
                   ON previous.aggregatetype = c.aggregatetype AND previous.aggregateid = c.aggregateid
                  AND previous.version = c.version - 1 AND previous.epoch = (SELECT epoch FROM event_epoch)
            ORDER BY c.place
            """,
            [actor.name, actor.request_id, *chain.from_iterable(rows)],
        )


def _row(place: int, change: Change) -> tuple[Any, ...]:
    personal = None if change.personal is None else to_json(change.personal)
    return (
        place,
        change.aggregate_type,
        change.aggregate_id,
        change.version,
        change.type,
        to_json(change.payload),
        personal,
    )


def append_first(aggregate_type: str, type_: str, rows: str, parameters: Sequence[Any], *, actor: Actor) -> None:
    """Record that aggregates came into being, many at once: their events are version 1.

    `rows` is a SELECT of id, payload and personal data; what the database knows need not travel to be written.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO events (xid, aggregatetype, aggregateid, version, type, payload, personal,
                                actor, request_id, occurred_at)
            SELECT pg_current_xact_id(), %s, first.id, 1, %s, first.payload, first.personal,
                   %s, %s, statement_timestamp()
            FROM ({rows}) AS first (id, payload, personal)
            ORDER BY first.id
            """,
            [aggregate_type, type_, actor.name, actor.request_id, *parameters],
        )


def append_each(aggregate_type: str, type_: str, rows: str, parameters: Sequence[Any], *, actor: Actor) -> None:
    """Record the same kind of change of many aggregates, however many, in one statement.

    `rows` is a SELECT of id, version after the change, payload and personal data. Order and transaction ids are as
    `append` has them.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO events (xid, aggregatetype, aggregateid, version, type, payload, personal,
                                actor, request_id, occurred_at)
            SELECT greatest(pg_current_xact_id(), previous.xid), %s, c.id, c.version, %s, c.payload, c.personal,
                   %s, %s, statement_timestamp()
            FROM ({rows}) AS c (id, version, payload, personal)
            LEFT JOIN events previous
                   ON previous.aggregatetype = %s AND previous.aggregateid = c.id
                  AND previous.version = c.version - 1 AND previous.epoch = (SELECT epoch FROM event_epoch)
            ORDER BY c.id
            """,
            [aggregate_type, type_, actor.name, actor.request_id, *parameters, aggregate_type],
        )


def to_json(value: Any) -> str:
    """JSON as it stands in the log; text is taken to be JSON already."""
    return value if isinstance(value, str) else json.dumps(value, default=_as_text, ensure_ascii=False)


def _as_text(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not go into the event log")


def read_after(place: Position, *, limit: int, using: str = "default") -> list[Event]:
    """The next events of the log after `place`, none of which will ever be preceded by another.

    Ids are handed out before their transactions commit, so "greater than the last" loses events. Only rows are
    read whose transaction is older than every one still running; those of earlier epochs are all settled.
    """
    return list(
        Event.objects.using(using).raw(
            """
            SELECT * FROM events
            WHERE (epoch, xid, position) > (%s, %s::text::xid8, %s)
              AND (epoch < (SELECT epoch FROM event_epoch) OR xid < pg_snapshot_xmin(pg_current_snapshot()))
            ORDER BY epoch, xid, position
            LIMIT %s
            """,
            [place.epoch, str(place.xid), place.position, limit],
        )
    )


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
            """
            SELECT last.epoch, last.xid::text, last.position, tail.beyond
            FROM (SELECT count(*) AS beyond FROM events
                  WHERE epoch = (SELECT epoch FROM event_epoch)
                    AND xid >= pg_snapshot_xmin(pg_current_snapshot())) tail
            LEFT JOIN (SELECT epoch, xid, position FROM events
                       WHERE epoch < (SELECT epoch FROM event_epoch)
                          OR xid < pg_snapshot_xmin(pg_current_snapshot())
                       ORDER BY epoch DESC, xid DESC, position DESC LIMIT 1) last ON true
            """
        )
        epoch, xid, position, beyond = one(cursor)
    return Extent(START if epoch is None else Position(epoch, int(xid), position), beyond)


def has_happened(aggregate_type: str, aggregate_id: int, type_: str) -> bool:
    """Whether the story of one thing has an event of this type."""
    return Event.objects.filter(aggregatetype=aggregate_type, aggregateid=aggregate_id, type=type_).exists()


def forget_personal(aggregate_type: str, aggregate_ids: Collection[int]) -> None:
    """Remove what the log knows of a person: the one change that the append-only guard allows."""
    story = Event.objects.filter(aggregatetype=aggregate_type, aggregateid__in=aggregate_ids)
    story.filter(personal__isnull=False).update(personal=None)


def position_of(event: Event) -> Position:
    return Position(event.epoch, event.xid, event.position)


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


@dataclass(frozen=True, slots=True)
class Lag:
    """How many events of the log one consumer has still to read, and since when the oldest of them waits."""

    consumer: str
    behind: int
    waiting_since: datetime | None


def lags(using: str = "default") -> list[Lag]:
    """Every consumer's lag, events that are still behind the fence included."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            """
            SELECT c.consumer, count(e.id), min(e.occurred_at)
            FROM event_cursors c
            LEFT JOIN events e ON (e.epoch, e.xid, e.position) > (c.epoch, c.xid, c.position)
            GROUP BY c.consumer
            ORDER BY c.consumer
            """
        )
        return [Lag(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a person reads it. `fields` are its {field: (old, new)}, which may be personal."""

    version: int
    type: str
    who: str
    at: datetime
    payload: dict[str, Any]
    fields: dict[str, tuple[Any, Any]]
    note: str

    @property
    def words(self) -> str:
        """Items changed, for order.items_changed."""
        return self.type.partition(".")[2].replace("_", " ").capitalize()


def timeline(aggregate_type: str, aggregate_id: int, *, after: int = 0, limit: int = 200) -> list[Entry]:
    """What happened to one thing after a version of it, newest first, with people called by their names."""
    story = Event.objects.filter(aggregatetype=aggregate_type, aggregateid=aggregate_id, version__gt=after)
    events = list(story.order_by("-version")[:limit])
    names = names_of({event.actor for event in events})
    return [_entry(event, names.get(event.actor, event.actor)) for event in events]


def _entry(event: Event, who: str) -> Entry:
    personal = event.personal or {}
    told = {**event.payload, **personal}.items()
    fields = {name: (pair[0], pair[1]) for name, pair in told if name != "fields" and _is_change(pair)}
    fields |= {name: _as_change(value) for name, value in personal.items() if name.endswith("address")}
    return Entry(event.version, event.type, who, event.occurred_at, event.payload, fields, personal.get("note", ""))


def _is_change(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and not any(isinstance(each, dict | list) for each in value)


def _as_change(value: Any) -> tuple[Any, Any]:
    """An address that something began with, or the old and the new one."""
    return (value[0], value[1]) if isinstance(value, list) else (None, value)
