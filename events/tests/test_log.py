"""Writing the log, and reading it without losing an event."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from common.sql import one
from common.tests.attacks import attack
from events.models import Event
from events.services import START, Change, Position, append, forget_personal, position_of, read_after
from events.tests.storm import (
    ACTOR,
    change_locked,
    read_all,
    read_until,
    storm,
    take_xid,
    versions,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True)


# Appending


def test_an_event_says_what_changed_who_did_it_and_in_which_request() -> None:
    change = Change("thing", 7, 1, "thing.made", {"on": date(2026, 1, 31)}, {"name": "Ada"})
    append(change, actor=ACTOR)

    event = Event.objects.get()
    assert (event.aggregatetype, event.aggregateid, event.version, event.type) == ("thing", 7, 1, "thing.made")
    assert (event.payload, event.personal) == ({"on": "2026-01-31"}, {"name": "Ada"})
    assert (event.actor, event.request_id, event.epoch) == ("command:test", "request-1", 1)


def test_what_is_personal_can_be_forgotten_and_the_change_stays() -> None:
    for thing in (7, 8):
        append(Change("thing", thing, 1, "thing.made", {"size": thing}, {"name": "Ada"}), actor=ACTOR)

    forget_personal("thing", [7])

    told = Event.objects.order_by("aggregateid").values_list("payload", "personal")
    assert list(told) == [({"size": 7}, None), ({"size": 8}, {"name": "Ada"})]


def test_a_version_is_told_once() -> None:
    write(7)

    with pytest.raises(IntegrityError, match="events_aggregate_version_unique"):
        write(7)


def test_what_does_not_go_into_json_is_refused() -> None:
    with pytest.raises(TypeError, match="set does not go into the event log"):
        append(Change("thing", 7, 1, "thing.made", {"sizes": {1, 2}}), actor=ACTOR)


def test_changes_of_one_call_stand_in_the_order_given() -> None:
    append(*(Change("thing", thing, 1, "thing.made", {}) for thing in (3, 1, 2)), actor=ACTOR)

    assert list(Event.objects.order_by("position").values_list("aggregateid", flat=True)) == [3, 1, 2]


def test_the_time_is_that_of_the_statement_not_of_the_transaction() -> None:
    with transaction.atomic():
        write(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT now(), clock_timestamp()")
            began, after_first = one(cursor)
        write(2)

    first, second = Event.objects.order_by("position").values_list("occurred_at", flat=True)
    assert began < first < after_first < second


def test_an_event_goes_with_its_transaction() -> None:
    with transaction.atomic():
        write(7)
        transaction.set_rollback(True)

    assert not Event.objects.exists()


# Two transactions, one inside the other in time


@contextmanager
def open_transaction(act: Callable[[], object]) -> Iterator[None]:
    """Another connection has done `act` and commits when the block ends."""
    done, leave = threading.Event(), threading.Event()

    def writer() -> None:
        try:
            with transaction.atomic():
                act()
                done.set()
                leave.wait(30)
        finally:
            done.set()
            connections.close_all()

    thread = threading.Thread(target=writer)
    thread.start()
    assert done.wait(30)
    try:
        yield
    finally:
        leave.set()
        thread.join(30)


def read_by_position(place: Position) -> list[Event]:
    """What readers of an outbox do who know of no fence."""
    return list(Event.objects.filter(position__gt=place.position).order_by("position"))


def poll_twice(read: Callable[[Position], list[Event]], finish: Callable[[Position], list[Event]]) -> list[int]:
    """One writes first and commits last; a reader looks in between and afterwards."""
    with open_transaction(lambda: write(1)):
        write(2)
        seen = read(START)
        place = position_of(seen[-1]) if seen else START
    seen += finish(place)
    return sorted(event.aggregateid for event in seen)


def test_an_event_that_commits_late_is_not_passed_over() -> None:
    def rest(place: Position) -> list[Event]:
        return read_all(place, expected=2)

    assert poll_twice(lambda place: read_after(place, limit=10), rest) == [1, 2]


def test_control_reading_by_position_alone_loses_it() -> None:
    assert poll_twice(read_by_position, read_by_position) == [2]


def test_nothing_is_read_while_something_before_it_may_still_come() -> None:
    with open_transaction(take_xid):
        write(1)
        assert read_after(START, limit=10) == []

    assert len(read_all(expected=1)) == 1


def second_writer_is_numbered_first(write_own: Callable[[int], None]) -> dict[int, list[int]]:
    """One transaction is numbered before another, and gets the lock after it."""
    write(1)
    numbered, go, done = threading.Event(), threading.Event(), threading.Event()

    def late() -> None:
        try:
            with transaction.atomic():
                take_xid()
                numbered.set()
                go.wait(30)
                write_own(1)
        finally:
            done.set()
            connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    assert numbered.wait(30)
    change_locked(1)
    go.set()
    thread.join(30)
    return versions(read_all(expected=3))


def test_an_aggregates_events_come_in_the_order_of_their_versions() -> None:
    assert second_writer_is_numbered_first(change_locked) == {1: [1, 2, 3]}

    xids = list(Event.objects.order_by("version").values_list("xid", flat=True))
    assert xids[0] < xids[1] == xids[2]  # the last carries the greater of its own number and the previous event's


def test_control_with_the_own_number_alone_they_do_not() -> None:
    def with_own_number(aggregate: int) -> None:
        attack(
            "INSERT INTO events (xid, aggregatetype, aggregateid, version, type, payload, actor)"
            f" VALUES (pg_current_xact_id(), 'thing', {aggregate}, 3, 'thing.changed', '{{}}', 'test')"
        )

    assert second_writer_is_numbered_first(with_own_number) == {1: [1, 3, 2]}


# Many at once


def test_a_reader_among_eight_writers_gets_every_event_once_and_in_order() -> None:
    writers = storm(writers=8, transactions=25, aggregates=4)

    read = read_until(writers)

    assert [event.pk for event in read] == list(
        Event.objects.order_by("epoch", "xid", "position").values_list("pk", flat=True)
    )
    assert len(read) > 100
    assert versions(read) == {aggregate: list(range(1, len(told) + 1)) for aggregate, told in versions(read).items()}
    assert all(position_of(before) < position_of(after) for before, after in pairwise(read))


def test_pages_of_any_size_tell_the_same() -> None:
    with transaction.atomic():
        for aggregate in range(5):
            write(aggregate)
    whole = read_all(expected=5)

    place, pages = START, []
    while page := read_after(place, limit=2):
        pages.append(page)
        place = position_of(page[-1])

    assert [event for page in pages for event in page] == whole
    assert [len(page) for page in pages] == [2, 2, 1]


def test_reading_needs_no_right_to_write() -> None:
    write(1)
    read_all(expected=1)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        assert len(read_after(START, limit=10)) == 1
        with pytest.raises(DatabaseError), transaction.atomic():
            write(2)


def test_times_are_kept_with_their_zone() -> None:
    append(Change("thing", 1, 1, "thing.made", {"at": datetime(2026, 1, 31, 12, tzinfo=UTC)}), actor=ACTOR)

    assert Event.objects.get().payload == {"at": "2026-01-31T12:00:00+00:00"}
