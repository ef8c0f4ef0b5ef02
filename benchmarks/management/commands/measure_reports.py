"""Measures what reports cost, and how fast the worker keeps their rollups."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from benchmarks.printing import columns, machine
from benchmarks.reports import Cost, ask, measure, place, questions, roll_up
from common.commands import DIFFERENT, FAILED, OperatorCommand
from events.services import lags
from orders.models import Order
from reporting.definitions import Question
from reporting.parameters import read
from reporting.reports import REPORTS
from reporting.rollups import advance
from reporting.services import find_report

HEAD = ("question", "rows", "report ms", "plain SQL ms", "times faster")


class Command(OperatorCommand):
    help = (
        "Measure every report beside plain SQL that must say the same, in the large database that `generate` made "
        "(exit status 3 where they differ)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reports", nargs="*", metavar="REPORT", help="only these reports")
        parser.add_argument("--seconds", type=float, default=3, help="of placing orders (default 3)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            orders = Order.objects.count()
        except DatabaseError as error:
            raise CommandError("There is no large database; `generate` makes it.", returncode=FAILED) from error
        reports = [find_report(name) for name in options["reports"] or REPORTS]
        events_per_second = roll_up()
        costs = [self.measure(name, question) for name, question in questions(reports)]
        self.stdout.write(f"{orders:,} orders; {machine()}\n\n{columns(HEAD, [_row(cost) for cost in costs])}\n")
        self.stdout.write(f"worker: {events_per_second:,.0f} events/s")
        self._tail(options["seconds"])
        differing = "; ".join(cost.name for cost in costs if not cost.is_same)
        if differing:
            raise CommandError(f"Report and plain SQL do not say the same: {differing}.", returncode=DIFFERENT)

    def measure(self, name: str, question: Question) -> Cost:
        cost = measure(name, question)
        self.stderr.write(" ".join(_row(cost)))  # for who waits: it takes minutes
        return cost

    def _tail(self, seconds: float) -> None:
        """Place orders and ask before the worker has seen them."""
        placed = place(seconds)
        (behind,) = [lag.behind for lag in lags()]
        _, milliseconds = ask(read(REPORTS["sales"], {}))
        self.stdout.write(f"placed one after another: {placed / seconds:,.0f} orders/s")
        self.stdout.write(f"sales by day, all time, {behind:,} events behind: {milliseconds:.1f} ms")
        while advance():
            pass


def _row(cost: Cost) -> tuple[str, ...]:
    times = cost.plain_ms / cost.report_ms
    return (cost.name, f"{cost.rows:,}", f"{cost.report_ms:,.1f}", f"{cost.plain_ms:,.1f}", f"{times:,.1f}")
