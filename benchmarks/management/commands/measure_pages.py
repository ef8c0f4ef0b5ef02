"""Measures what the pages of the back-office cost."""

from collections.abc import Iterable

from django.test import Client

from benchmarks.management.commands import measure_reading
from benchmarks.pages import browser, pages
from benchmarks.reports import roll_up


class Command(measure_reading.Command):
    help = "Measure statements and time in the database per page, in the large database that `generate` made."

    def ask(self) -> tuple[Client, Iterable[tuple[str, str]]]:
        """The worker has done its work by then."""
        roll_up()
        return browser(), pages()
