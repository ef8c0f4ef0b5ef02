"""The one place where a change to the data begins and ends."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import Error, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from common import idempotency, refusals
from common.errors import IdempotencyInProgress
from common.idempotency import Answer, Key

Outcome = TypeVar("Outcome")

MOST_RETRIES = 3
PREPARED_AFTER = 5
RETRIED = (refusals.DEADLOCK, refusals.SERIALIZATION_FAILURE)


def run(
    act: Callable[[], Outcome], *, key: Key | None = None, dry_run: bool = False, using: str = "default"
) -> Outcome:
    """Do `act` whole or not at all, and return what it returned.

    With a `key` (then `act` returns an Answer) it is done at most once: the answer is stored in the same
    transaction, and a repeat gets it back. With `dry_run` everything is done, checked and undone, and the
    key is left alone. A deadlock is tried again from the top, at most three times.

    Raises the act's own errors; a refusal of the database comes as the DomainError that explains it.
    """
    if key is not None and not dry_run:
        act = _once(act, key, using)
    for retry in range(MOST_RETRIES + 1):
        try:
            return _attempt(act, dry_run=dry_run, using=using)
        except Error as error:
            if refusals.sqlstate(error) in RETRIED and retry < MOST_RETRIES:
                time.sleep(random.uniform(0.005, 0.05) * 2**retry)  # noqa: S311 - jitter, not a secret
                continue
            explained = refusals.explain(error)
            if explained is None:
                raise
            raise explained from error
    raise AssertionError("unreachable: the last attempt returns or raises")


@contextmanager
def snapshot(using: str = "report") -> Iterator[None]:
    """Everything read inside is one moment of the data, and nothing can be written."""
    with transaction.atomic(using=using, durable=True):
        with connections[using].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _attempt(act: Callable[[], Outcome], *, dry_run: bool, using: str) -> Outcome:
    with transaction.atomic(using=using, durable=True), planned_once(connections[using]):
        outcome = act()
        if dry_run:
            # The guards that wait for COMMIT must have their say before the rehearsal ends.
            with connections[using].cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True, using=using)
    return outcome


@contextmanager
def planned_once(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Let the server plan once what this connection asks again and again.

    For acts, and for what finds its rows by their keys: one plan is good for all values. A list is planned for the
    values it is asked for. A pooler in transaction mode may not know prepared statements.
    """
    link = database.connection
    if not database.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
        link.prepare_threshold = PREPARED_AFTER
    try:
        yield
    finally:
        link.prepare_threshold = None


def _once(act: Callable[[], Outcome], key: Key, using: str) -> Callable[[], Outcome]:
    def answered() -> Outcome:
        first = _claim(key, using)
        if first is not None:
            return first  # type: ignore[return-value]  # with a key, Outcome is Answer
        answer = act()
        assert isinstance(answer, Answer)
        idempotency.keep(key, answer, using)
        return answer

    return answered


def _claim(key: Key, using: str) -> Answer | None:
    try:
        return idempotency.claim(key, using)
    except Error as error:
        if refusals.sqlstate(error) == refusals.LOCK_TIMEOUT:
            raise IdempotencyInProgress("The first request with this key has not ended yet.") from error
        raise
