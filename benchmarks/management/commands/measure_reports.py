"""Measures what reports cost, and how fast the worker keeps their rollups."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from benchmarks.printing import columns, machine
from benchmarks.reports import Cost, ask, measure, place, questions, roll_up
from common.commands import FAILED, OperatorCommand
from events.services import lags
from orders.models import Order
from reporting.parameters import read
from reporting.reports import REPORTS
from reporting.rollups import advance

HEAD = ("question", "rows", "rollups ms", "orders ms", "times faster")


class Command(OperatorCommand):
    help = "Measure reports from the rollups beside plain SQL over the orders, in the large database of `generate`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, default=3, help="of placing orders (default 3)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            orders = Order.objects.count()
        except DatabaseError as error:
            raise CommandError("There is no large database; `generate` makes it.", returncode=FAILED) from error
        events_per_second = roll_up()
        try:
            costs = [measure(name, question) for name, question in questions()]
        except RuntimeError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        self.stdout.write(f"{orders:,} orders; {machine()}\n\n{columns(HEAD, [_row(cost) for cost in costs])}\n")
        self.stdout.write(f"worker: {events_per_second:,.0f} events/s")
        self._tail(options["seconds"])

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
    times = cost.plain_ms / cost.rollups_ms
    return (cost.name, f"{cost.rows:,}", f"{cost.rollups_ms:.1f}", f"{cost.plain_ms:,.0f}", f"{times:,.0f}")
