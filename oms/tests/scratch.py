"""Installations that live for one test file: real processes on a data directory of their own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from oms.database import Cluster
from oms.database.places import BASE_DIR
from oms.database.processes import await_end

SECONDS = 60


@dataclass(frozen=True)
class Installation:
    """A data directory and the commands that work on it."""

    data_dir: Path

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.data_dir)

    def manage(self, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, BASE_DIR / "manage.py", *arguments],
            env=self.environment(**variables),
            cwd="/",
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def do(self, *arguments: str | Path) -> str:
        """Run a command that must succeed; what it printed."""
        done = self.manage(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run_code(self, code: str) -> str:
        """The last line that some Python printed which ran inside the system."""
        return self.do("shell", "--no-imports", "-c", code).splitlines()[-1]

    def environment(self, **variables: str) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not re.match("OMS_|DATABASE_URL|DJANGO_", name)
        }
        return {**inherited, "OMS_DATA_DIR": str(self.data_dir), "OMS_LOG_LEVEL": "WARNING", **variables}

    def kill_database(self) -> None:
        """End the server and its backends without a word."""
        pid = self.cluster.pid()
        assert pid is not None
        postmaster = psutil.Process(pid)
        kill([postmaster, *postmaster.children(recursive=True)])


@contextmanager
def installation() -> Iterator[Installation]:
    """Not below pytest's own directory, which is closed to the user as whom the server runs when we are root."""
    made = Installation(Path(tempfile.mkdtemp(prefix="oms-test-", dir="/tmp")).resolve())
    try:
        yield made
    finally:
        made.cluster.stop()
        shutil.rmtree(made.data_dir)


def kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    assert await_end(processes, seconds=10)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Served:
    """A running `manage.py serve`, known by what it printed."""

    place: Installation
    process: psutil.Popen
    port: int
    banner: str

    @property
    def token(self) -> str:
        return self._printed(r"Bearer (\S+)'")

    @property
    def password(self) -> str:
        return self._printed(r"Password +(.+)")

    def get(self, path: str) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=20) as response:
            text: str = response.read().decode()
            return text

    def _printed(self, pattern: str) -> str:
        found = re.search(pattern, self.banner)
        assert found is not None, self.banner
        return found[1]


@contextmanager
def serving(place: Installation, *, port: int | None = None, **variables: str) -> Iterator[Served]:
    """Serve until the end of the block, then ask it to stop, if it was not killed: it does so in order."""
    port = port or free_port()
    log = place.data_dir.with_suffix(f".{port}.log")
    with log.open("w+") as errors:
        process = psutil.Popen(
            [sys.executable, str(BASE_DIR / "manage.py"), "serve", "--port", str(port)],
            env=place.environment(**variables), cwd="/", stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
        try:
            banner = read_banner(process)
            assert "Ctrl-C" in banner, log.read_text()
            yield Served(place, process, port, banner)
        finally:
            killed = process.poll() is not None
            if not killed:
                process.terminate()
            status = process.wait(SECONDS)
            process.stdout.close()
            said = log.read_text()
            log.unlink()
    assert killed or status == 0, said
    assert "Traceback" not in said


def read_banner(process: psutil.Popen) -> str:
    """What it prints until it is ready, or until it ends."""
    banner = ""
    while "Ctrl-C" not in banner and (line := process.stdout.readline()):
        banner += line
    return banner
