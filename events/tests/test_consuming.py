"""Following the log: each event once, in order, whatever happens to the consumer; one at a time."""

import time
from functools import partial

import pytest
from django.db import connection

from common.sql import one
from common.tests.racing import race
from common.transactions import run
from events.models import Cursor, Event
from events.services import Batch, consume, hold_consumer
from events.tests.storm import MOST_SECONDS, change_locked, write

pytestmark = pytest.mark.django_db(transaction=True)


def consume_all(consumer: str, read: list[int], *, at_most: int = 2) -> None:
    """Until everything was read, for which the transactions of other tests may have to end first."""
    end = time.monotonic() + MOST_SECONDS
    while len(read) < Event.objects.count() and time.monotonic() < end:
        run(partial(consume, consumer, lambda batch: note(batch, read), at_most=at_most))


def note(batch: Batch, read: list[int]) -> None:
    events = batch.events()
    assert len(events) == batch.size
    read += [event.aggregateid for event in events]


def test_a_consumer_gets_each_event_once_and_in_order_a_piece_at_a_time() -> None:
    first: list[int] = []
    second: list[int] = []
    for aggregate in range(5):
        write(aggregate)

    consume_all("first", first, at_most=2)
    write(5)
    consume_all("first", first, at_most=100)
    consume_all("second", second, at_most=4)

    assert first == second == [0, 1, 2, 3, 4, 5]


def test_more_is_said_to_come_only_after_a_full_piece() -> None:
    for aggregate in range(3):
        write(aggregate)
    consume_all("other", [], at_most=3)  # nothing is in the way any more

    assert [run(partial(consume, "consumer", lambda batch: None, at_most=2)) for _ in range(3)] == [True, False, False]


def test_what_a_consumer_fails_at_it_gets_again() -> None:
    change_locked(1)
    read: list[int] = []
    consume_all("other", [])

    def fail(batch: Batch) -> None:
        Cursor.objects.create(consumer="written by the consumer")
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        run(partial(consume, "consumer", fail, at_most=2))

    assert list(Cursor.objects.values_list("consumer", flat=True)) == ["other"]
    consume_all("consumer", read)
    assert read == [1]


def test_while_one_worker_is_at_it_another_stands_by_and_does_not_wait() -> None:
    write(1)
    consume_all("other", [])
    outcomes = []

    def work(batch: Batch) -> None:
        outcomes.extend(race(lambda: run(partial(consume, "consumer", work, at_most=2))))

    run(partial(hold_consumer, "consumer"))
    run(partial(consume, "consumer", work, at_most=2))

    assert outcomes == [False]


def test_who_has_nothing_to_read_writes_nothing() -> None:
    write(1)
    consume_all("consumer", [])

    def idle() -> tuple[bool, int | None]:
        more = consume("consumer", lambda batch: None, at_most=2)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id_if_assigned()::text::bigint")
            return more, one(cursor)[0]

    assert run(idle) == (False, None)
