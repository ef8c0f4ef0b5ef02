"""Measures what each request about an order costs."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from benchmarks import acts, placing
from benchmarks.database import fresh_database
from benchmarks.placing import OURS, Plan, contenders
from benchmarks.printing import acts_table, machine
from benchmarks.serving import COMMANDS, serving
from common.commands import FAILED, OperatorCommand


class Command(OperatorCommand):
    help = "Measure processor time and SQL statements of reading orders and of every act on one, in its own database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--orders", type=int, default=500, help="taken through every act (default 500)")
        parser.add_argument("--clients", type=int, default=8, help="that ask at once (default 8)")
        parser.add_argument("--server", choices=COMMANDS, default="granian", help="what serves (default granian)")
        parser.add_argument("--workers", type=int, default=2, help="processes of the server (default 2)")
        parser.add_argument("--threads", type=int, default=4, help="of each process (default 4)")

    def handle(self, *args: Any, **options: Any) -> None:
        server, workers, threads = options["server"], options["workers"], options["threads"]
        plan = Plan(4, 1, options["clients"], server, workers, threads)
        try:
            with fresh_database() as stage:
                with serving(server, OURS, workers=workers, threads=threads) as ours:
                    costs = acts.measure(stage, ours, orders=options["orders"], clients=options["clients"])
                with contenders(stage, plan) as ready:
                    beside = [contender for contender in ready if contender.name in ("floor", "baseline")]
                    known = placing.measure(beside, plan)
                about = machine()
        except RuntimeError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        self.stdout.write(f"{about}\n\n{acts_table(costs, beside, known)}")
