"""The web server itself, on a free port and on the database of the test."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from common.tests import processes
from oms.tests.scratch import free_port

PATIENCE_SECONDS = 30


@contextmanager
def served() -> Iterator[str]:
    """Serve until the end of the block; its address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "oms.wsgi:application"],
        env=processes.environment(OMS_ALLOWED_HOSTS="127.0.0.1", OMS_HTTPS="false", OMS_LOG_LEVEL="WARNING"),
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
    )
    try:
        await_ready(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def await_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")
