"""Measures what reading costs."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from django.test import Client

from benchmarks.printing import columns, machine
from benchmarks.questions import questions
from benchmarks.reading import Cost, client, measure, plan
from common.commands import FAILED, OperatorCommand
from orders.models import Order

HEAD = ("request", "rows", "statements", "database ms", "slowest ms", "CPU ms")


class Command(OperatorCommand):
    help = "Measure statements and time in the database per request, in the large database that `generate` made."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", default="", metavar="TEXT", help="the requests whose name contains this")
        parser.add_argument("--explain", action="store_true", help="show the slowest statement's plan, too")

    def ask(self) -> tuple[Client, Iterable[tuple[str, str]]]:
        """Who asks, and the names and addresses of what is asked."""
        api = client()
        return api, questions(api)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            orders = Order.objects.count()
        except DatabaseError as error:
            raise CommandError("There is no large database; `generate` makes it.", returncode=FAILED) from error
        asking, asked = self.ask()
        costs = [measure(name, address, asking) for name, address in asked if options["only"] in name]
        self.stdout.write(f"{orders:,} orders; {machine()}\n\n{columns(HEAD, [_row(cost) for cost in costs])}")
        if options["explain"]:
            for cost in costs:
                self.stdout.write(f"\n{cost.name}\n{cost.slowest.sql}\n{plan(cost.slowest)}")


def _row(cost: Cost) -> tuple[str, ...]:
    figures = (cost.database_ms, cost.slowest.seconds * 1000, cost.cpu_ms)
    return (cost.name, str(cost.rows), str(cost.statements), *(f"{figure:.2f}" for figure in figures))
