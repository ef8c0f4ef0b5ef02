"""Measures what importing orders costs."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from benchmarks.database import fresh_database
from benchmarks.importing import Cost, measure_copy, measure_import, run_import, write_orders
from benchmarks.printing import columns, machine
from common.commands import FAILED, OperatorCommand

HEAD = ("lines of orders", "accepted", "rows/s", "share of COPY", "client s", "PostgreSQL s", "peak MB")
# The columns of the file that the project's tests and docs use, see docs/importing.md.
EMAIL = "email={CustomerID}@import.invalid"
PRODUCTS = "sku=StockCode description=Description price=UnitPrice quantity=Quantity".split()
ORDERS = "external_ref=InvoiceNo sku=StockCode quantity=Quantity unit_price=UnitPrice created_at=InvoiceDate".split()


class Command(OperatorCommand):
    help = "Measure the import of orders beside COPY, in a database of its own that is dropped again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lines", type=int, default=200_000, help="of the order book that is made up for it")
        parser.add_argument("--online-retail", type=Path, metavar="FILE", help="import this file instead")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with fresh_database(), arguments(options) as wanted:
                costs = [measure_import([*wanted, "--status", "DELIVERED"]), measure_copy()]
                known = machine()
        except RuntimeError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        self.stdout.write(f"{known}\n\n{columns(HEAD, [_row(cost, costs[1]) for cost in costs])}")


@contextmanager
def arguments(options: dict[str, Any]) -> Iterator[list[str]]:
    """What import_orders is to be called with; customers and products are there."""
    file = options["online_retail"]
    if file is not None:
        run_import("import_customers", [str(file), *_maps(EMAIL)])
        run_import("import_products", [str(file), *_maps(*PRODUCTS)])
        yield [str(file), *_maps(EMAIL, *ORDERS), "--date-format", "%m/%d/%y %H:%M"]
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        write_orders(path, options["lines"])
        yield [str(path)]


def _maps(*maps: str) -> list[str]:
    return [f"--map={text}" for text in maps]


def _row(cost: Cost, copied: Cost) -> tuple[str, ...]:
    return (
        cost.name,
        f"{cost.rows:,}",
        f"{cost.rows_per_second:,.0f}",
        f"{cost.rows_per_second / copied.rows_per_second:.2f}",
        f"{cost.client_cpu:.1f}",
        "not seen" if cost.postgres_cpu is None else f"{cost.postgres_cpu:.1f}",
        "" if cost.peak_mb is None else f"{cost.peak_mb:.0f}",
    )
