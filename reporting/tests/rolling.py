"""Being the worker that keeps the rollups, for as long or as little as a test needs."""

import time
from functools import partial
from typing import Any

from common.transactions import run
from events.models import Event
from events.services import consume, lags
from reporting import consumers
from reporting.rollups import CONSUMER, add, advance

MOST_SECONDS = 90  # the fence is cluster-wide: another test's transaction may hold it up for a while


def behind() -> int:
    """How many events are not in the rollups yet."""
    return next((lag.behind for lag in lags() if lag.consumer == CONSUMER), Event.objects.count())


def roll_up(events: int) -> None:
    """Add so many of the next events."""
    left, end = behind() - events, time.monotonic() + MOST_SECONDS
    while behind() > left and time.monotonic() < end:
        run(partial(consume, CONSUMER, add, at_most=behind() - left))
    assert behind() == left


def roll_up_half() -> None:
    """The days of the business zone are kept, and half of the events are in the rollups."""
    consumers.keep_business_days()
    roll_up(behind() // 2)


def catch_up() -> None:
    """Add all events there are."""
    end = time.monotonic() + MOST_SECONDS
    while behind() and time.monotonic() < end:
        advance()
    assert behind() == 0


def summed(rows: list[dict[str, Any]], *names: str) -> tuple[int, ...]:
    return tuple(sum(row[name] for row in rows) for name in names)
