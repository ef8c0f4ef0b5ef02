"""The worker: does what is due, stops when told, and outlives its database."""

import logging
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from common import consumers, idempotency
from common.jobs import Job
from common.models import IdempotencyKey
from common.tests import processes
from common.tests.racing import race
from common.transactions import run
from oms import work
from oms.database import Cluster
from oms.work import JOBS, Worker

pytestmark = pytest.mark.django_db(transaction=True)


def keys(*, fresh: int = 0, old: int = 0) -> None:
    """Kept answers: fresh ones a day younger than is purged, old ones an hour older."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO idempotency_keys (owner_id, key, fingerprint, headers, body, subject_type, created_at)
            SELECT 1, age || n, '', '{}', '', '', now() - CASE age WHEN 'old' THEN interval '30 days 1 hour'
                                                                   ELSE interval '29 days' END
            FROM (VALUES ('fresh', %s), ('old', %s)) AS made (age, number), generate_series(1, number) n
            """,
            [fresh, old],
        )


def kept() -> list[str]:
    return sorted(IdempotencyKey.objects.values_list("key", flat=True))


def test_once_purges_every_old_key_and_leaves_the_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "BATCH", 3)
    keys(fresh=2, old=7)

    call_command("worker", "--once")

    assert kept() == ["fresh1", "fresh2"]


def test_days_are_a_setting(settings: Any) -> None:
    settings.OMS_IDEMPOTENCY_KEY_DAYS = 31
    keys(fresh=1, old=1)

    call_command("worker", "--once")

    assert kept() == ["fresh1", "old1"]


def test_a_step_is_bounded_and_says_whether_there_is_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "BATCH", 3)
    keys(old=5)

    assert consumers.purge_idempotency_keys() is True
    assert len(kept()) == 2
    assert consumers.purge_idempotency_keys() is False
    assert kept() == []


def test_two_workers_share_the_work_and_neither_waits_for_the_other() -> None:
    keys(old=4)

    def first() -> list[Any]:
        return [idempotency.purge(30, at_most=3), *race(lambda: run(partial(idempotency.purge, 30, at_most=3)))]

    assert run(first) == [3, 1]
    assert kept() == []


def test_once_tells_of_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> int:
        raise OperationalError("gone")

    monkeypatch.setattr(idempotency, "purge", away)

    with pytest.raises(CommandError) as refused:
        call_command("worker", "--once")

    assert (refused.value.returncode, str(refused.value)) == (1, "The database is not reachable at this moment. gone")


# Running on


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "FIRST_WAIT", 0.001)


def working(*steps: Callable[[], bool]) -> tuple[Worker, Job]:
    """A worker with one job, whose steps go as told, and which stops it in the end."""
    turns = iter(steps)

    def step() -> bool:
        turn = next(turns, None)
        if turn is None:
            worker.stop()
            return False
        return turn()

    job = Job("told", every=0, step=step)
    worker = Worker([job])
    return worker, job


def refuse(error: Exception) -> bool:
    raise error


@pytest.mark.usefixtures("impatient")
def test_a_job_that_fails_is_tried_again_and_its_recovery_is_told(caplog: pytest.LogCaptureFixture) -> None:
    worker, job = working(
        lambda: refuse(OperationalError("gone\naway")), lambda: refuse(ValueError("x")), lambda: False
    )

    with caplog.at_level(logging.INFO, "oms.work"):
        worker.run()

    assert worker.failures[job] == 0
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR", "INFO"]
    assert (
        "not reachable at this moment. gone; again in" in caplog.messages[0]
        and caplog.messages[2] == "told: works again"
    )


def test_it_waits_longer_with_every_failure_but_not_for_ever() -> None:
    job = Job("broken", every=0, step=lambda: refuse(OperationalError("gone")))
    worker = Worker([job])
    waits = []

    for _ in range(12):
        before = time.monotonic()
        worker._take_turn(job)
        waits.append(worker.due[job] - before)

    assert waits[0] <= work.FIRST_WAIT + 0.1 < waits[4] < waits[8]
    assert max(waits) <= work.LONGEST_WAIT + 1


@pytest.mark.usefixtures("impatient")
def test_a_broken_job_holds_up_no_other() -> None:
    worker, job = working(lambda: True, lambda: False)
    worker.due = {Job("broken", every=0, step=lambda: refuse(ValueError("x"))): 0.0} | worker.due
    worker.failures = dict.fromkeys(worker.due, 0)

    worker.run()

    assert worker.failures[job] == 0


def test_a_job_with_endless_work_lets_the_others_have_their_turn() -> None:
    worker, _ = working()
    worker.due = {Job("endless", every=0, step=lambda: True): 0.0} | worker.due
    worker.failures = dict.fromkeys(worker.due, 0)

    worker.run()  # ends, because the other job stops it

    assert worker.stopping


@pytest.mark.usefixtures("impatient")
def test_a_connection_that_is_killed_is_replaced() -> None:
    def killed() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return False

    worker, job = working(killed, consumers.purge_idempotency_keys)
    keys(fresh=1, old=2)

    worker.run()

    assert (kept(), worker.failures[job]) == (["fresh1"], 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_process_in_order(number: signal.Signals) -> None:
    keys(old=2)
    process = processes.start("worker")
    assert process.stderr is not None

    started = process.stderr.readline()
    process.send_signal(number)
    _, rest = process.communicate(timeout=30)

    assert f"worker started: {', '.join(job.name for job in JOBS)}" in started
    assert (process.returncode, rest.endswith("worker stopped\n"), "Traceback" in rest) == (0, True, False)


@pytest.fixture
def scratch() -> Iterator[Cluster]:
    """A server of its own that may be stopped; there is nothing in its database."""
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="oms-test-")))
    cluster.start()
    yield cluster
    cluster.stop()
    shutil.rmtree(cluster.data_dir)


def await_line(process: subprocess.Popen[str], words: str) -> None:
    """Read what it says until these words come; give up when it says no more."""
    assert process.stderr is not None
    assert any(words in line for line in process.stderr), words


def test_a_process_outlives_a_server_that_goes_and_comes_back(scratch: Cluster) -> None:
    scratch.stop()
    process = processes.start("worker", DATABASE_URL=scratch.url())
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()

    await_line(process, "purge-idempotency-keys: The database is not reachable")
    scratch.start()
    await_line(process, 'relation "idempotency_keys" does not exist')
    with scratch.connect("oms_migration") as server:
        server.execute("CREATE TABLE idempotency_keys AS SELECT 1 AS id, timestamptz '2020-01-01' AS created_at")
    await_line(process, "purge-idempotency-keys: works again")
    with scratch.connect() as server:
        assert server.execute("SELECT count(*) FROM idempotency_keys").fetchone() == (0,)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    watchdog.cancel()

    assert process.returncode == 0
