"""What is done in the background for every app: kept answers are forgotten in time."""

from functools import partial

from django.conf import settings

from common import idempotency
from common.jobs import Job
from common.transactions import run

BATCH = 5_000


def purge_idempotency_keys() -> bool:
    """Forget answers older than OMS_IDEMPOTENCY_KEY_DAYS, in batches that hold no lock for long."""
    purge = partial(idempotency.purge, settings.OMS_IDEMPOTENCY_KEY_DAYS, at_most=BATCH)
    return run(purge) == BATCH


JOBS = (Job("purge-idempotency-keys", every=3600, step=purge_idempotency_keys),)
