"""Writers and readers of the log, for tests of what holds between them."""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress

from django.db import connection, connections, transaction

from common.actors import Actor
from common.sql import one
from events.models import Event
from events.services import START, Change, Position, append, position_of, read_after

ACTOR = Actor("command:test", "request-1")
MOST_SECONDS = 90  # the fence is cluster-wide: another test's transaction may hold it up for a while


class Undone(Exception):
    """Rolls a transaction back."""


def write(aggregate: int, *, version: int = 1) -> None:
    append(Change("thing", aggregate, version, "thing.changed", {"version": version}), actor=ACTOR)


def take_xid() -> int:
    """Have the transaction numbered, as any write does; returns the number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        return int(one(cursor)[0])


def change_locked(aggregate: int) -> None:
    """What a service does: lock the aggregate, then write its next version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [aggregate])
    told = Event.objects.filter(aggregatetype="thing", aggregateid=aggregate)
    write(aggregate, version=told.count() + 1)


def storm(*, writers: int, transactions: int, aggregates: int) -> list[threading.Thread]:
    """Writers that take their number, wait, lock, write, wait and commit or roll back, in no common rhythm."""

    def writer(seed: int) -> None:
        dice = random.Random(seed)
        try:
            for _ in range(transactions):
                with suppress(Undone), transaction.atomic():
                    _one_change(dice, aggregates)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=writer, args=(seed,)) for seed in range(writers)]
    for thread in threads:
        thread.start()
    return threads


def _one_change(dice: random.Random, aggregates: int) -> None:
    if dice.random() < 0.5:
        take_xid()
        time.sleep(dice.uniform(0, 0.02))
    change_locked(dice.randrange(aggregates))
    time.sleep(dice.uniform(0, 0.02))
    if dice.random() < 0.1:
        raise Undone


def read_until(writers: Iterable[threading.Thread]) -> list[Event]:
    """Poll as a consumer does, while the writers write and then until all that they have committed was read."""
    read: list[Event] = []
    place, end = START, time.monotonic() + MOST_SECONDS
    while time.monotonic() < end:
        are_done = not any(thread.is_alive() for thread in writers)
        page = read_after(place, limit=7)
        read += page
        place = position_of(page[-1]) if page else place
        if are_done and not page and len(read) >= Event.objects.count():
            break
    return read


def read_all(place: Position = START, *, expected: int) -> list[Event]:
    """The events after `place`, as soon as no transaction of another test is in the way."""
    end = time.monotonic() + MOST_SECONDS
    while time.monotonic() < end:
        read = read_after(place, limit=1_000)
        if len(read) >= expected:
            return read
        time.sleep(0.01)
    return read


def versions(events: Iterable[Event]) -> dict[int, list[int]]:
    """The versions of each aggregate in the order in which the events stand."""
    told: dict[int, list[int]] = defaultdict(list)
    for event in events:
        told[event.aggregateid].append(event.version)
    return dict(told)
