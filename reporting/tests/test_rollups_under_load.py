"""Many writers, several workers, and workers that are killed: no event is lost, none is counted twice."""

import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction

from common.errors import DomainError
from common.tests import processes
from common.transactions import run
from events.models import Event
from events.services import Change, append, consuming, hold_consumer
from events.tests.storm import ACTOR, take_xid
from reporting import consumers, rollups
from reporting.models import SalesDay
from reporting.rebuilding import rebuild
from reporting.rollups import CONSUMER, advance
from reporting.tests.rolling import catch_up

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

WRITERS, WORKERS, TRANSACTIONS, ORDERS = 16, 3, 6, 12


class Undone(Exception):
    """Rolls a transaction back."""


def change(order: int, quantity: int) -> None:
    """What placing and editing do to the log: lock the order, then tell its next version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [order])
    last = Event.objects.filter(aggregatetype="order", aggregateid=order).order_by("version").last()
    items = [{"product_id": order % 3, "quantity": quantity, "unit_price_cents": 7}]
    if last is None:
        payload: dict[str, Any] = {"created_at": f"2024-05-{order + 1}T12:00:00Z", "status": "PENDING", "items": items}
        append(Change("order", order, 1, "order.placed", payload), actor=ACTOR)
    else:
        payload = {"old_items": last.payload["items"], "items": items}
        append(Change("order", order, last.version + 1, "order.items_changed", payload), actor=ACTOR)


def write(seed: int) -> None:
    """Take a number, wait, lock, write, wait, commit or roll back: in no common rhythm."""
    dice = random.Random(seed)
    for _ in range(TRANSACTIONS):
        with suppress(Undone), transaction.atomic():
            if dice.random() < 0.5:
                take_xid()
                time.sleep(dice.uniform(0, 0.02))
            change(dice.randrange(ORDERS), dice.randint(1, 9))
            time.sleep(dice.uniform(0, 0.02))
            if dice.random() < 0.1:
                raise Undone


def write_late(has_written: threading.Event, others_are_done: threading.Event) -> None:
    """Write first and commit last."""
    with transaction.atomic():
        change(ORDERS, 5)
        has_written.set()
        others_are_done.wait(60)


def work(until: threading.Event) -> None:
    while not until.is_set():
        with suppress(DomainError):
            advance()
        time.sleep(0.001)


def start(act: Any, *arguments: Any) -> threading.Thread:
    def do() -> None:
        try:
            act(*arguments)
        finally:
            connections.close_all()

    thread = threading.Thread(target=do)
    thread.start()
    return thread


@contextmanager
def working(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three workers, who take a few events at a time."""
    monkeypatch.setattr(rollups, "BATCH", 7)
    run(partial(hold_consumer, CONSUMER))
    consumers.keep_business_days()
    over = threading.Event()
    threads = [start(work, over) for _ in range(WORKERS)]
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(60)


def storm(before_the_last_commits: Callable[[], object]) -> None:
    """All writers, and one that has its number before the others and commits after them."""
    has_written, over = threading.Event(), threading.Event()
    late = start(write_late, has_written, over)
    assert has_written.wait(60)
    for thread in [start(write, seed) for seed in range(WRITERS)]:
        thread.join(60)
    before_the_last_commits()
    over.set()
    late.join(60)


def told() -> tuple[int, int]:
    """Orders and units as plain Python makes them of the log."""
    last = {event.aggregateid: event.payload["items"] for event in Event.objects.order_by("version")}
    return len(last), sum(item["quantity"] for items in last.values() for item in items)


def kept() -> tuple[int, int]:
    return sum(day.orders for day in SalesDay.objects.all()), sum(day.units for day in SalesDay.objects.all())


def test_of_sixteen_writers_and_an_idle_one_nothing_is_lost_and_nothing_comes_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with working(monkeypatch):
        storm(advance)
        catch_up()

    assert kept() == told()
    assert told()[0] == ORDERS + 1
    assert rebuild() == 0


def test_control_without_the_fence_events_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consuming, "SETTLED", "true")

    with working(monkeypatch):
        storm(catch_up)

    assert kept()[0] < told()[0]
    assert rebuild() > 0


# A worker in a process of its own that is slow between its work and its commit, so that it dies there.
SLOW_WORKER = """
import time
from reporting import rollups

add = rollups.add
rollups.BATCH = 5
rollups.add = lambda batch: (add(batch), print("at work", flush=True), time.sleep(0.02))
while True:
    rollups.advance()
"""


def slow_worker() -> subprocess.Popen[str]:
    worker = processes.start("shell", "--no-imports", "-c", SLOW_WORKER)
    watchdog = threading.Timer(60, worker.kill)
    watchdog.daemon = True
    watchdog.start()
    return worker


def write_until(over: threading.Event) -> None:
    while not over.is_set():
        write(0)


def kill_at_work(worker: subprocess.Popen[str], dice: random.Random) -> None:
    assert worker.stdout is not None and worker.stdout.readline() == "at work\n"
    time.sleep(dice.uniform(0, 0.05))
    worker.kill()
    worker.communicate()


def test_killed_workers_lose_nothing_and_repeat_nothing() -> None:
    dice = random.Random(5)
    consumers.keep_business_days()
    over = threading.Event()
    writer = start(write_until, over)

    for worker in [slow_worker() for _ in range(WORKERS)]:  # one is at work, the others stand by and take over
        kill_at_work(worker, dice)
    over.set()
    writer.join(60)
    catch_up()

    assert kept() == told()
    assert rebuild() == 0
