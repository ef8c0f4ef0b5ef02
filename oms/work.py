"""The worker: does the jobs of all apps in turn until told to stop, whatever happens to the database meanwhile."""

import logging
import random
import time
from collections.abc import Sequence

from django.db import Error, close_old_connections

import accounts.consumers
import common.consumers
import customers.consumers
import orders.consumers
import products.consumers
import reporting.consumers
from common import refusals
from common.errors import DomainError
from common.jobs import Job

# Here an app's jobs plug in: list them in its `consumers.py` and name it here.
JOBS: tuple[Job, ...] = (
    *reporting.consumers.JOBS,
    *orders.consumers.JOBS,
    *products.consumers.JOBS,
    *customers.consumers.JOBS,
    *accounts.consumers.JOBS,
    *common.consumers.JOBS,
)

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
NAP = 0.5  # how soon a request to stop is noticed while there is nothing to do
STEPS_IN_A_ROW = 100  # then the next job has its turn


class Worker:
    """Does each job when it is due. A job that fails is tried again later, ever later, and holds up no other."""

    def __init__(self, jobs: Sequence[Job] = JOBS) -> None:
        self.due = dict.fromkeys(jobs, 0.0)
        self.failures = dict.fromkeys(jobs, 0)
        self.stopping = False

    def stop(self) -> None:
        """Finish the piece at hand and end. May be called by a signal handler: it only raises a flag."""
        self.stopping = True

    def run(self) -> None:
        """Work until told to stop."""
        while not self.stopping:
            for job in self.due:
                if not self.stopping and self.due[job] <= time.monotonic():
                    self._take_turn(job)
            if not self.stopping:
                time.sleep(min(NAP, max(0.0, min(self.due.values()) - time.monotonic())))

    def run_once(self) -> None:
        """Do everything there is to do now. Raises what a job raises."""
        for job in self.due:
            while not self.stopping and job.step():
                pass

    def _take_turn(self, job: Job) -> None:
        close_old_connections()  # one that has died is noticed, and a new one made
        try:
            is_done = self._steps(job)
        except (Error, DomainError) as error:
            self._put_off(job)
            log.warning(
                "%s: %s; again in %.0f s", job.name, refusals.in_a_line(error), self.due[job] - time.monotonic()
            )
        except Exception:
            self._put_off(job)
            log.exception("%s failed", job.name)  # a mistake of ours in one job must not stop the others
        else:
            if self.failures[job]:
                log.info("%s: works again", job.name)
            self.failures[job] = 0
            self.due[job] = time.monotonic() + (job.every if is_done else 0)

    def _steps(self, job: Job) -> bool:
        """Whether everything was done before the next job's turn came."""
        return any(self.stopping or not job.step() for _ in range(STEPS_IN_A_ROW))

    def _put_off(self, job: Job) -> None:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** self.failures[job])
        self.failures[job] += 1
        # Spread, so that many workers do not all come at once to a database that has just come back.
        self.due[job] = time.monotonic() + wait * random.uniform(0.5, 1)  # noqa: S311 - not a secret
