"""Runs the whole system on one machine, until it is told to stop."""

import argparse
import fcntl
import os
import signal
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser
from django.db import connections

from common.commands import OperatorCommand
from oms import database, environment
from oms.database import places
from oms.serving import access, children
from oms.serving.address import Address, require_free, resolve
from oms.serving.children import Child

LOOK_EVERY_SECONDS = 0.5

BANNER = """
  Back-office   {url}/admin/
  User name     {user}
  Password      {password}

  REST API      {url}/api/v1/
  Try it        curl -s -H 'Authorization: Bearer {token}' '{url}/api/v1/orders/?limit=1'

  Ctrl-C stops the web server and the worker.{database}
"""
GOES_ON = " The database goes on until `manage.py db stop`."


class Command(OperatorCommand):
    help = "Run database, web server and worker on this machine until Ctrl-C; what dies is started again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)")
        parser.add_argument("--port", type=port, default=8000, help="port to listen on (8000)")
        parser.add_argument("--demo", action="store_true", help="fill an empty system with a shop to try it on")

    def handle(self, *args: Any, **options: Any) -> None:
        environment.require_hosts()
        address = resolve(options["host"], options["port"])
        require_free(address)
        self.stderr.write("Starting ...", self.style.NOTICE)
        database.ensure_running()
        stopping = threading.Event()
        processes = [children.web(address.host, address.port), children.worker()]
        try:
            with one_start_at_a_time():
                banner = self.prepare(address, demo=options["demo"])
                require_free(address)
                stop_on_signals(stopping)
                for process in processes:
                    process.start()
                watch(processes, stopping, until=lambda: is_ready(address))
            if not stopping.is_set():
                self.stdout.write(banner)
                self.stdout.flush()
            had_terminal = has_terminal()
            watch(processes, stopping, until=lambda: had_terminal and not has_terminal())
        finally:
            children.stop_all(processes)

    def prepare(self, address: Address, *, demo: bool) -> str:
        """Bring the data up to date; returns what to show once the server answers."""
        call_command("migrate", verbosity=0)
        if demo:
            call_command("demo", "--quiet")
        password = access.administrator_password() or "(the one you chose)"
        token = access.token()
        connections.close_all()
        goes_on = GOES_ON if database.is_embedded() else ""
        return BANNER.format(
            url=address.url, user=access.ADMINISTRATOR, password=password, token=token, database=goes_on
        )


def port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; it is a number from 1 to 65535")
    return int(text)


@contextmanager
def one_start_at_a_time() -> Iterator[None]:
    """Two that start beside each other must not both migrate, fill the shop or take the same port."""
    places.create(database.data_dir())
    with (database.data_dir() / "serve.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def stop_on_signals(stopping: threading.Event) -> None:
    """Ctrl-C, a polite kill, and a terminal that is closed, unless `nohup` asked to survive that."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda *_: stopping.set())


def has_terminal() -> bool:
    """Whether a terminal would tell us of its end. Where `make` leads the session, it keeps that to itself."""
    try:
        os.tcgetpgrp(0)
    except OSError:
        return False
    return signal.getsignal(signal.SIGHUP) != signal.SIG_IGN


def watch(processes: Sequence[Child], stopping: threading.Event, until: Callable[[], bool] = lambda: False) -> None:
    """Start again whatever dies, the database server included. Returns when told to stop, or once `until` is true."""
    while not until() and not stopping.wait(LOOK_EVERY_SECONDS):
        database.revive()
        if not database.is_stopped():  # nothing would live without it
            for process in processes:
                process.tend()


def is_ready(address: Address) -> bool:
    try:
        with urllib.request.urlopen(f"{address.url}/readyz", timeout=5):  # noqa: S310 - our own address
            return True
    except OSError:
        return False
