"""What the worker does beside the requests: an app lists its jobs in a `consumers.py`."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is to be done again and again, by any of several workers.

    `step` does one bounded piece of the work in a transaction of its own and says whether there is more. It may be
    called by two workers at once, and may be killed at any moment. When there is no more, the job rests for `every`
    seconds.
    """

    name: str
    every: float
    step: Callable[[], bool]
