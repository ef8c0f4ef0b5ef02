"""Processor time, as the kernel counts it: it says what an order costs whatever else the machine is doing."""

import psutil
from django.db import connection


def seconds_of(root: psutil.Process) -> float:
    """User and system time of a process and all its descendants, those that have ended included, in seconds.

    The time of an ended process is its parent's `children_*` time once the parent has waited for it.
    """
    return sum(_own_and_reaped(process) for process in (root, *root.children(recursive=True)))


def _own_and_reaped(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def postgres() -> psutil.Process | None:
    """The first process of the database server, or None when the server's processes cannot be seen from here.

    Found as the parent of the backend that serves us, however the server was started.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone() or (0,)
    try:
        backend = psutil.Process(pid)
        parent = backend.parent()
    except psutil.Error:
        return None
    if parent is None or not backend.name().startswith("postgres") or not parent.name().startswith("postgres"):
        return None
    return parent
