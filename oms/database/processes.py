"""Which processes belong to a cluster, whatever its postmaster.pid claims."""

import contextlib
import signal
from pathlib import Path

import psutil

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
    psutil.wait_procs(remains, timeout=10)
    for file in (pgdata / PID_FILE, socket.with_name(f"{socket.name}.lock")):
        file.unlink(missing_ok=True)


def stop(process: psutil.Process) -> None:
    """End a server in order: roll back what is open, write everything to disk, wait until it is gone."""
    process.send_signal(signal.SIGINT)
    process.wait(STOP_SECONDS)


def _works_in(process: psutil.Process, pgdata: Path) -> bool:
    try:
        return bool(process.name() == "postgres" and Path(process.cwd()) == pgdata.resolve())
    except psutil.Error:
        return False
