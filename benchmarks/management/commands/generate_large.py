"""Makes the large database."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from benchmarks.database import drop, recreate
from benchmarks.large import fill
from common.commands import OperatorCommand


class Command(OperatorCommand):
    help = "Make a large database to read from, anew; it stays until it is dropped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--orders", type=int, default=1_000_000, help="to be in it (default 1000000)")
        parser.add_argument("--drop", action="store_true", help="drop the database instead")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["drop"]:
            drop()
            return
        recreate()
        call_command("migrate", verbosity=0)
        for done in fill(options["orders"]):
            self.stderr.write(f"\r{done:,} orders", ending="")
        self.stderr.write("")
