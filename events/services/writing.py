"""Writing the event log."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.db import connections

from common.actors import Actor
from events.models import Event

# Values one by one: most acts append one event, and to write its JSON into an array is much of the work.
ROW = "(%s::int, %s::text, %s::bigint, %s::int, %s::text, %s::jsonb, %s::jsonb)"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one aggregate, to be recorded. `version` is the aggregate's version after it."""

    aggregate_type: str
    aggregate_id: int
    version: int
    type: str
    payload: Any
    personal: Any = None


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


def forget_personal(aggregate_type: str, aggregate_ids: Collection[int]) -> None:
    """Remove what the log knows of a person: the one change that the append-only guard allows."""
    story = Event.objects.filter(aggregatetype=aggregate_type, aggregateid__in=aggregate_ids)
    story.filter(personal__isnull=False).update(personal=None)
