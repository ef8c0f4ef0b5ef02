"""Which processes belong to a cluster, whatever its postmaster.pid claims."""

import contextlib
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from oms.database.errors import ServerError

STOP_SECONDS = 300
PID_FILE = "postmaster.pid"


def postmaster(pgdata: Path) -> psutil.Process | None:
    """The main process of the server on `pgdata`, or None.

    After a crash and a reboot the process id in the file may belong to anybody, so the process must also be a
    postgres that works in this directory. PostgreSQL itself only looks whether the id is in use, and refuses to start.
    """
    try:
        process = psutil.Process(int((pgdata / PID_FILE).read_text().partition("\n")[0]))
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None
    return process if _works_in(process, pgdata) else None


def clear_remains(pgdata: Path, socket: Path) -> None:
    """Remove what a killed server leaves behind: its process id in two files, and backends which have not noticed yet.

    While those live no new server starts. What they have committed is in the log, and the new server reads it.
    """
    remains = [process for process in psutil.process_iter() if _works_in(process, pgdata)]
    for process in remains:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    await_end(remains, seconds=10)
    for file in (pgdata / PID_FILE, socket.with_name(f"{socket.name}.lock")):
        file.unlink(missing_ok=True)


def stop(process: psutil.Process) -> None:
    """End a server in order: roll back what is open, write everything to disk, wait until it is gone."""
    process.send_signal(signal.SIGINT)
    if not await_end([process], seconds=STOP_SECONDS):
        raise ServerError(f"PostgreSQL (process {process.pid}) does not stop.")


def await_end(processes: Sequence[psutil.Process], *, seconds: float) -> bool:
    """Wait until all have ended, and say whether they have.

    In a container there may be nobody who buries the dead: a zombie has ended, although its id is still in use.
    """
    deadline = time.monotonic() + seconds
    while any(map(_is_alive, processes)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _works_in(process: psutil.Process, pgdata: Path) -> bool:
    try:
        return bool(process.name() == "postgres" and Path(process.cwd()) == pgdata.resolve())
    except psutil.Error:
        return False
