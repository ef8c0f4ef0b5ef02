"""Does what must be done beside the requests."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.core.management.base import CommandParser

from common.commands import OperatorCommand
from oms.work import JOBS, Worker

log = logging.getLogger(__name__)


class Command(OperatorCommand):
    help = (
        "Work in the background until told to stop (SIGTERM, Ctrl-C). Any number of workers may run. "
        f"Jobs: {', '.join(job.name for job in JOBS)}."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what there is to do now, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker()
        with stopped_by_signals(worker):
            if options["once"]:
                worker.run_once()
                return
            log.info("worker started: %s", ", ".join(job.name for job in JOBS))
            worker.run()
            log.info("worker stopped")


@contextmanager
def stopped_by_signals(worker: Worker) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        worker.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
