"""Starts the web server for a contender and stops it again."""

import os
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parent.parent
GRANIAN = (
    "-m granian --interface wsgi --host 127.0.0.1 --port {port} --workers {workers} --blocking-threads {threads} "
    "--no-access-log --log-level warning oms.wsgi:application"
)
GUNICORN = (
    "-m gunicorn --bind 127.0.0.1:{port} --workers {workers} --worker-class gthread --threads {threads} "
    "--log-level warning oms.wsgi:application"
)
COMMANDS = {"granian": GRANIAN, "gunicorn": GUNICORN}
START_SECONDS = 30


class Server(NamedTuple):
    port: int
    process: psutil.Process


@contextmanager
def serving(server: str, settings: str, *, workers: int, threads: int) -> Iterator[Server]:
    """A running web server, one of COMMANDS, with this settings module."""
    port = _free_port()
    arguments = COMMANDS[server].format(port=port, workers=workers, threads=threads)
    process = subprocess.Popen(  # noqa: S603 - the commands above
        [sys.executable, *shlex.split(arguments)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": settings},
    )
    try:
        _await(port, process)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with status {process.returncode} before it answered.")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5):
                return
        except urllib.error.HTTPError:
            return  # an answer all the same: the baseline has no such address
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not answer within {START_SECONDS} s.")
