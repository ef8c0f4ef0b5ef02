"""Places the invoices of a shop's own file again, as new orders, and proves that nothing went wrong."""

from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from benchmarks.claims import Claim, before, claims
from benchmarks.database import create_program_token, empty_database
from benchmarks.importing import run_import
from benchmarks.printing import columns, machine
from benchmarks.replay import Invoice, demand_of, known_shop, place, read_invoices, stock_up
from benchmarks.serving import serving
from common.commands import DIFFERENT, FAILED, USAGE, OperatorCommand
from common.imports.command import ImportCommand, delimiter, encoding
from common.imports.fields import Layout, WrongMap
from common.imports.sources import opened
from common.imports.values import CENTS_IN
from customers.management.commands import import_customers
from orders.management.commands import import_orders
from products.management.commands import import_products

CUSTOMERS, PRODUCTS, ORDERS = import_customers.Command(), import_products.Command(), import_orders.Command()
HEAD_OF_ANSWERS = ("answer", "orders")
HEAD_OF_CLAIMS = ("what may not be", "looked at", "found")
SETTINGS = "benchmarks.settings"


class Command(OperatorCommand):
    help = (
        "Import customers and products of a CSV file, place its first invoices as new orders through the REST API by "
        "several clients at once, and prove that nothing was oversold. In a database of its own that is dropped again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="as the import commands take it")
        parser.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN", help="of any import command")
        parser.add_argument("--encoding", type=encoding, default="utf-8-sig", help="of the file (default UTF-8)")
        parser.add_argument("--delimiter", type=delimiter, default=",", help="between cells; 'tab' for a tabulator")
        parser.add_argument("--prices", choices=CENTS_IN, default="units", help="what prices are in (default units)")
        parser.add_argument("--date-format", type=import_orders.date_format, metavar="FORMAT", help="as of strptime")
        parser.add_argument("--invoices", type=above_zero, default=2_000, help="how many, from the first on (2000)")
        parser.add_argument("--clients", type=above_zero, default=8, help="that place orders at once (default 8)")
        parser.add_argument("--workers", type=above_zero, default=2, help="processes of the server (default 2)")
        parser.add_argument("--threads", type=above_zero, default=4, help="of each process (default 4)")
        parser.add_argument(
            "--stock-share", type=share, default=0.6, help="of the units that are asked for, what is there (0.6)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        options["status"] = None  # of the old orders nothing is taken but what was bought
        refuse_unknown_fields(options)
        try:
            with empty_database():
                found = self._replay(options)
        except RuntimeError as error:
            raise CommandError(str(error), returncode=FAILED) from error
        except WrongMap as error:
            raise CommandError(error.detail, returncode=USAGE) from error
        wrong = [claim for claim in found if claim.wrong]
        if wrong:
            self.stdout.flush()
            raise CommandError(f"{len(wrong)} of {len(found)} do not hold.", returncode=DIFFERENT)

    def _replay(self, options: dict[str, Any]) -> list[Claim]:
        import_shop(options)
        invoices = invoices_of(options)
        stock_up(demand_of(invoices), options["stock_share"])
        began, token = before(), create_program_token("sales")
        self.stdout.write(f"{machine()}\n{facts(invoices, options)}\n\n")
        with serving("granian", SETTINGS, workers=options["workers"], threads=options["threads"]) as server:
            answers = place(invoices, port=server.port, token=token, clients=options["clients"])
        counts = Counter(answers.values()).most_common()
        self.stdout.write(columns(HEAD_OF_ANSWERS, [(answer, f"{count:,}") for answer, count in counts]) + "\n\n")
        found = claims(invoices, answers, began)
        self.stdout.write(columns(HEAD_OF_CLAIMS, [row(claim) for claim in found]))
        return found


def row(claim: Claim) -> tuple[str, ...]:
    return claim.text, f"{claim.asked:,}", f"{claim.wrong:,}"


def facts(invoices: Sequence[Invoice], options: Mapping[str, Any]) -> str:
    demand = demand_of(invoices)
    return (
        f"{len(invoices):,} invoices, {sum(len(invoice.units) for invoice in invoices):,} lines, "
        f"{demand.total():,} units of {len(demand):,} products, stock for {options['stock_share']:.0%} of them; "
        f"{options['clients']} clients, {options['workers']} workers of {options['threads']} threads"
    )


def import_shop(options: Mapping[str, Any]) -> None:
    """The file's customers and products, as its owner would import them."""
    file = [str(options["file"]), f"--encoding={options['encoding']}", f"--delimiter={options['delimiter']}"]
    run_import("import_customers", [*file, *maps_for(CUSTOMERS, options)])
    run_import("import_products", [*file, f"--prices={options['prices']}", *maps_for(PRODUCTS, options)])


def invoices_of(options: Mapping[str, Any]) -> list[Invoice]:
    with opened(options["file"], encoding=options["encoding"], delimiter=options["delimiter"]) as source:
        maps = [text.removeprefix("--map=") for text in maps_for(ORDERS, options)]
        layout = Layout(ORDERS.fields(options), source.header, maps)
        return read_invoices(source, layout, known_shop(), options["invoices"])


def maps_for(command: ImportCommand, options: Mapping[str, Any]) -> list[str]:
    """Those of the maps that name a field of this command."""
    return [f"--map={text}" for text in options["map"] if field_of(text) in names_of(command, options)]


def refuse_unknown_fields(options: Mapping[str, Any]) -> None:
    known = set().union(*(names_of(command, options) for command in (CUSTOMERS, PRODUCTS, ORDERS)))
    unknown = [text for text in options["map"] if field_of(text) not in known]
    if unknown:
        raise CommandError(f"No import has such a field: {', '.join(unknown)}.", returncode=USAGE)


def field_of(text: str) -> str:
    return text.partition("=")[0].strip()


def names_of(command: ImportCommand, options: Mapping[str, Any]) -> set[str]:
    return {name for field in command.fields(options) for name in (field.name, *field.aliases)}


def above_zero(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 < value <= 1000:  # NaN, too, is refused
        raise ArgumentTypeError(f"{text!r} is not a number above zero, such as 0.6")
    return value
