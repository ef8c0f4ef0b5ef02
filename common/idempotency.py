"""Exactly once: a request repeated under its key is answered from the first time, not done again.

After the IETF draft "The Idempotency-Key HTTP Header Field" (draft-ietf-httpapi-idempotency-key-header).
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from common.errors import Busy, IdempotencyKeyReused
from common.models import IdempotencyKey

MOST_KEY = 255  # characters


@dataclass(frozen=True, slots=True)
class Key:
    """A caller's key with the fingerprint of the request it was sent with; unique per owner (a user's id)."""

    owner_id: int
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A rendered answer, ready to be sent and to be kept.

    `once` is sent instead of `body` the first time, where it holds a secret; it is never kept.
    """

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    subject_type: str = ""
    subject_id: int | None = None
    replayed: bool = False
    once: str | None = field(default=None, repr=False)


def fingerprint(method: str, path: str, query: str, body: Any) -> str:
    """The same for two requests that ask the same, however their JSON is spaced or ordered."""
    canonical = json.dumps([method, path, query, body], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def claim(key: Key, using: str) -> Answer | None:
    """Take the key for this transaction, or return the answer it already has.

    While a twin of this request is running, the insert waits for its end, bounded by the role's lock_timeout.
    Raises IdempotencyKeyReused when the key was used for another request, Busy when it is purged at this moment.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO idempotency_keys (owner_id, key, fingerprint, headers, body, subject_type)
            VALUES (%s, %s, %s, '{}', '', '')
            ON CONFLICT (owner_id, key) DO NOTHING
            """,
            [key.owner_id, key.key, key.fingerprint],
        )
        if cursor.rowcount:
            return None
    first = IdempotencyKey.objects.using(using).filter(owner_id=key.owner_id, key=key.key).first()
    if first is None:
        raise Busy("The answer under this key was just purged.")
    if first.fingerprint != key.fingerprint:
        raise IdempotencyKeyReused("This Idempotency-Key was used for a different request.")
    return Answer(first.status or 0, first.body, first.headers, first.subject_type, first.subject_id, replayed=True)


def keep(key: Key, answer: Answer, using: str) -> None:
    """Store the answer under the key claimed before, in the same transaction."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            """
            UPDATE idempotency_keys SET status = %s, headers = %s, body = %s, subject_type = %s, subject_id = %s
            WHERE owner_id = %s AND key = %s
            """,
            [
                answer.status,
                json.dumps(answer.headers),
                answer.body,
                answer.subject_type,
                answer.subject_id,
                key.owner_id,
                key.key,
            ],
        )


def forget(subject_type: str, subject_ids: Collection[int]) -> None:
    """Remove kept answers about these subjects, because what they say must not be kept any longer."""
    IdempotencyKey.objects.filter(subject_type=subject_type, subject_id__in=subject_ids).delete()


@transaction.atomic(savepoint=False)
def purge(older_than_days: int, *, at_most: int) -> int:
    """Forget keys older than this many days, at most so many in one go; returns how many went.

    Keys that another worker is removing at this moment are left to it.
    """
    before = timezone.now() - timedelta(days=older_than_days)
    old = IdempotencyKey.objects.filter(created_at__lt=before).order_by("created_at")
    # Not as a subquery of the deletion: that may be asked more than once, and each time find others.
    oldest = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:at_most])
    return IdempotencyKey.objects.filter(pk__in=oldest).delete()[0]
