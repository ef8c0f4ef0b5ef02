"""What the worker does for orders: those that nobody went on with expire."""

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from common.actors import Actor
from common.errors import StaleVersion
from common.jobs import Job
from common.transactions import run
from orders.models import CancelReason, Order
from orders.services import cancel_order

BATCH = 50
WORKER = Actor.command("worker")


def expire_stale_orders() -> bool:
    """Cancel some of the orders that are stale for longer than OMS_PENDING_EXPIRES_AFTER_HOURS; 0 is never."""
    if not settings.OMS_PENDING_EXPIRES_AFTER_HOURS:
        return False
    stale = _stale_orders()
    for order_id, version in stale:
        _expire(order_id, version)
    return len(stale) == BATCH


def _stale_orders() -> list[tuple[int, int]]:
    """Some of them, the oldest first, each with the version that it was found at."""
    since = timezone.now() - timedelta(hours=settings.OMS_PENDING_EXPIRES_AFTER_HOURS)
    return list(Order.objects.stale(since).values_list("pk", "version")[:BATCH])


def _expire(order_id: int, version: int) -> None:
    """Cancel an order that is still as it was found, in a transaction of its own."""
    code = CancelReason.EXPIRED.value
    cancel = partial(cancel_order, order_id, reason="Expired", reason_code=code, actor=WORKER)
    try:
        run(partial(cancel, expected_version=version))
    except StaleVersion:
        return  # somebody went on with it meanwhile, or another worker was faster


JOBS = (Job("expire-stale-orders", every=60, step=expire_stale_orders),)
