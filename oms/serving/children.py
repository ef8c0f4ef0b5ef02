"""The processes that serve: started, started again when they die, stopped together."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.core.management.base import CommandError

from common.commands import FAILED
from oms import database, leash, metrics
from oms.database import places

log = logging.getLogger("oms.serve")

BASE_DIR = Path(__file__).resolve().parent.parent.parent
STOP_SECONDS = 25
# Whoever dies this often in so short a time will not live the next time either.
MOST_DEATHS, WITHIN_SECONDS = 3, 30


@dataclass
class Child:
    """One process with its own children, in a process group of their own: Ctrl-C reaches only us."""

    name: str
    command: Sequence[str]
    variables: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            cwd=BASE_DIR,
            env={**self.variables, **os.environ, leash.VARIABLE: "true"},
            stdin=subprocess.PIPE,  # the leash: it is closed when we are gone
            start_new_session=True,
        )

    def tend(self) -> None:
        """Start it again if it has died. Raises CommandError when that does not help."""
        if self.process is None or self.process.poll() is None:
            return
        self.deaths = [death for death in self.deaths if time.monotonic() - death < WITHIN_SECONDS]
        self.deaths.append(time.monotonic())
        ended = f"The {self.name} ended with status {self.process.returncode}"
        if len(self.deaths) >= MOST_DEATHS:
            raise CommandError(f"{ended}, {MOST_DEATHS} times in a row: see above.", returncode=FAILED)
        log.warning("%s; starting it again.", ended)
        self._sweep()
        self.start()

    def ask_to_stop(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        """Wait for its end; what has not ended by then is killed."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        self._sweep()
        self.process.wait()

    def _sweep(self) -> None:
        """Kill what is left of the group: the main process, or children that outlived it."""
        assert self.process is not None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.process.stdin is not None:
            self.process.stdin.close()


def stop_all(children: Sequence[Child]) -> None:
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        child.stop(deadline)


def web(host: str, port: int) -> Child:
    """The web server. Every option of granian can be chosen by its variable, such as GRANIAN_WORKERS.

    That one also tells the web processes how many share a token's limit: OMS_WEB_WORKERS follows it.
    """
    variables = {
        "GRANIAN_INTERFACE": "wsgi",
        "GRANIAN_WORKERS": str(min(4, max(2, os.cpu_count() or 2))),
        "GRANIAN_BLOCKING_THREADS": "8",  # each keeps a database connection
        "GRANIAN_RESPAWN_FAILED_WORKERS": "true",
        "GRANIAN_WORKERS_KILL_TIMEOUT": "20",
        "GRANIAN_LOG_LEVEL": "error",
        metrics.SHARED: str(_place_to_count(port)),
    }
    command = [sys.executable, "-m", "granian", "--host", host, "--port", str(port), "oms.wsgi:application"]
    return Child("web server", command, variables)


def _place_to_count(port: int) -> Path:
    """An empty directory in which the web processes count requests together."""
    places.create(database.data_dir())
    directory = database.data_dir() / "metrics" / str(port)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def worker() -> Child:
    return Child("worker", [sys.executable, str(BASE_DIR / "manage.py"), "worker"])
