"""How much one caller may ask: a bucket of requests per token, filled at a steady rate.

Every web process has buckets of its own that hold its share of the limit, so a request costs no round trip; together
they let through what the limit says. Headers after draft-ietf-httpapi-ratelimit-headers-07.
"""

import math
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

MOST_BUCKETS = 10_000


@dataclass(slots=True)
class Bucket:
    """Requests that a caller may make at once; `rate` more come in per second, up to `capacity`."""

    capacity: float
    rate: float
    level: float
    filled_at: float

    def take(self, now: float) -> float:
        """Take one request out; returns the seconds to wait for it, 0 when it was there."""
        self.level = min(self.capacity, self.level + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.level < 1:
            return (1 - self.level) / self.rate
        self.level -= 1
        return 0.0


@dataclass(slots=True)
class Buckets:
    """The buckets of one process, by caller: its share of a limit that `processes` keep together."""

    per_minute: int
    processes: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    by_caller: dict[str, Bucket] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return self.per_minute / self.processes / 60

    def take(self, caller: str) -> tuple[float, Bucket]:
        """Take a request out of the caller's bucket; returns the seconds to wait for it, and the bucket."""
        now = time.monotonic()
        with self.lock:
            bucket = self.by_caller.get(caller) or self._new(caller, now)
            return bucket.take(now), bucket

    def _new(self, caller: str, now: float) -> Bucket:
        if len(self.by_caller) >= MOST_BUCKETS:
            self._forget_idle(now)
        capacity = max(1.0, self.per_minute / self.processes)  # or nobody would ever be let through
        self.by_caller[caller] = Bucket(capacity, self.rate, capacity, now)
        return self.by_caller[caller]

    def _forget_idle(self, now: float) -> None:
        """A bucket that is full again says nothing that a new one would not."""
        self.by_caller = {
            caller: bucket
            for caller, bucket in self.by_caller.items()
            if bucket.level + (now - bucket.filled_at) * bucket.rate < bucket.capacity
        }


BUCKETS = Buckets(settings.OMS_API_REQUESTS_PER_MINUTE, settings.OMS_WEB_WORKERS)


class TokenThrottle(BaseThrottle):
    """One bucket per token, or per person who uses the API with their session. A limit of 0 is none."""

    def allow_request(self, request: Request, view: Any) -> bool:
        caller: Any = request.auth or request.user
        if not BUCKETS.per_minute or caller is None:
            return True
        seconds, bucket = BUCKETS.take(caller.actor_name)
        view.headers.update(
            {
                "RateLimit-Limit": str(BUCKETS.per_minute),
                "RateLimit-Remaining": str(int(bucket.level) * BUCKETS.processes),
                "RateLimit-Reset": str(math.ceil((bucket.capacity - bucket.level) / bucket.rate)),
            }
        )
        return seconds == 0

    def wait(self) -> float:
        """Another process may take the next request, and have been emptied just now: its wait is the longest."""
        return math.ceil(1 / BUCKETS.rate)
