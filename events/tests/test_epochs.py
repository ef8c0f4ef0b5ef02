"""The log after it was moved into another cluster, and the command that looks after it."""

import io
import json
import threading
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from events.models import Cursor, Epoch, Event
from events.services import START, lags, log_is_readable, position_of, read_after, rebase
from events.tests.storm import change_locked, read_all, versions, write

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "migration"])

FUTURE = 2**50


@pytest.fixture
def moved() -> None:
    """Two events whose transaction ids are those of a cluster that had seen far more of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO events (xid, aggregatetype, aggregateid, version, type, payload, actor)
            SELECT %s::text::xid8, 'thing', 1, version, 'thing.changed', '{}', 'test'
            FROM generate_series(1, 2) version
            """,
            [str(FUTURE)],
        )


def events(*arguments: str) -> tuple[str, int]:
    out, status = io.StringIO(), 0
    try:
        call_command("events", *arguments, stdout=out)
    except CommandError as error:
        status = error.returncode
    return out.getvalue(), status


@pytest.mark.usefixtures("moved")
def test_a_log_of_another_cluster_is_noticed_and_hidden_by_the_fence() -> None:
    assert not log_is_readable()
    assert read_after(START, limit=10) == []


def test_a_log_of_this_cluster_is_readable() -> None:
    assert log_is_readable()
    change_locked(1)
    change_locked(1)
    assert log_is_readable()


@pytest.mark.usefixtures("moved")
def test_after_rebase_the_old_events_are_read_whole_and_the_new_ones_follow_them() -> None:
    before = list(Event.objects.order_by("version").values())

    assert rebase() == 2

    assert log_is_readable()
    assert list(Event.objects.order_by("version").values()) == before
    assert len(read_after(START, limit=10)) == 2
    change_locked(1)
    new = read_all(expected=3)
    assert versions(new) == {1: [1, 2, 3]}
    assert [event.epoch for event in new] == [1, 1, 2]
    assert new[2].xid < FUTURE == new[1].xid  # the previous event's number means nothing in the new epoch
    assert read_after(position_of(new[1]), limit=10) == [new[2]]


@pytest.mark.usefixtures("moved")
def test_the_fence_applies_to_the_new_epoch_only() -> None:
    rebase()
    written, leave = threading.Event(), threading.Event()

    def writer() -> None:
        with transaction.atomic():
            change_locked(2)
            written.set()
            leave.wait(30)
        connections.close_all()

    thread = threading.Thread(target=writer)
    thread.start()
    assert written.wait(30)
    write(3)
    held = read_after(START, limit=10)
    leave.set()
    thread.join(30)

    assert [event.epoch for event in held] == [1, 1]
    assert {event.aggregateid for event in read_all(expected=4)} == {1, 2, 3}


@pytest.mark.usefixtures("moved")
def test_each_rebase_begins_another_epoch() -> None:
    assert [rebase(), rebase()] == [2, 3]
    write(9)

    assert Epoch.objects.get().epoch == Event.objects.get(aggregateid=9).epoch == 3


# The command


def follow(consumer: str, event: Event | None) -> None:
    place = position_of(event) if event else START
    Cursor.objects.create(consumer=consumer, epoch=place.epoch, xid=place.xid, position=place.position)


def test_lag_says_how_far_each_consumer_is_behind() -> None:
    for aggregate in range(3):
        write(aggregate)
    first, second, third = Event.objects.order_by("position")
    for consumer, event in (("new", None), ("middle", first), ("up to date", third)):
        follow(consumer, event)

    found = {lag.consumer: (lag.behind, lag.waiting_since) for lag in lags()}

    assert found == {
        "middle": (2, second.occurred_at),
        "new": (3, first.occurred_at),
        "up to date": (0, None),
    }
    assert [lag.behind for lag in lags(at_most=1)] == [1, 1, 0]
    text, status = events("lag")
    assert status == 0
    assert text.splitlines()[0].startswith("middle: 2 behind, the oldest of 20")
    assert text.splitlines()[2:] == ["up to date: 0 behind", "The log is readable."]


def test_lag_is_told_in_json_too() -> None:
    write(1)
    follow("new", None)

    text, status = events("lag", "--json")

    document: dict[str, Any] = json.loads(text)
    (consumer,) = document["consumers"]
    assert (document["readable"], status) == (True, 0)
    assert (consumer["consumer"], consumer["behind"]) == ("new", 1) and consumer["waiting_since"]


@pytest.mark.usefixtures("moved")
def test_an_unreadable_log_is_status_3_until_it_is_rebased() -> None:
    assert events("lag") == ("Nobody consumes the log.\n", 3)
    text, status = events("lag", "--json")
    assert (json.loads(text)["readable"], status) == (False, 3)

    assert events("rebase") == ("The log is in epoch 2 now.\n", 0)

    assert events("lag")[1] == 0
    assert json.loads(events("rebase", "--json")[0]) == {"epoch": 3}
