"""Measures what placing an order costs."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from benchmarks.database import fresh_database
from benchmarks.placing import Plan, contenders, measure
from benchmarks.printing import facts, table
from benchmarks.serving import COMMANDS
from common.commands import FAILED, OperatorCommand


class Command(OperatorCommand):
    help = "Measure processor time and SQL statements per placed order, in a database of its own that is dropped again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, default=5, help="of each round (default 5)")
        parser.add_argument("--rounds", type=int, default=3, help="of each contender; medians are shown (default 3)")
        parser.add_argument("--clients", type=int, default=8, help="that place orders at once (default 8)")
        parser.add_argument("--server", choices=COMMANDS, default="granian", help="what serves (default granian)")
        parser.add_argument("--workers", type=int, default=2, help="processes of the server (default 2)")
        parser.add_argument("--threads", type=int, default=4, help="of each process (default 4)")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan(**{name: options[name] for name in Plan._fields})
        try:
            with fresh_database() as stage, contenders(stage, plan) as ready:
                costs = measure(ready, plan)
                known = facts(plan)
        except RuntimeError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        self.stdout.write(f"{known}\n\n{table(ready, costs)}")
