"""Imports products from a file."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.core.management.base import CommandParser

from common.actors import Actor
from common.imports.command import ImportCommand
from common.imports.fields import Field, Layout
from common.imports.running import Batch, Stage
from common.imports.values import CENTS_IN, Parse, Rejected, one_of, price, text, whole_number
from common.transactions import run
from products.services import MOST_STOCK
from products.services.importing import NAMED, PRICED, TABLES, import_products

ACTOR = Actor.command("import_products")
MOST_DESCRIPTION = 10_000
YES_AND_NO = {"": True, "true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Command(ImportCommand):
    help = (
        "Import products from a CSV file. Fields: sku, name, description, price, stock_quantity, reorder_level, "
        "is_active, quantity. Products whose SKU is known are left as they are. Of several rows of one SKU the last "
        "with a price and a quantity above zero is taken."
    )
    tables, nouns = TABLES, "products"
    reasons = {  # noqa: RUF012 - declared as ClassVar by the class above
        "no_sku": "The row has no SKU.",
        "invalid_stock_quantity": "The stock is not a whole number from 0 to 10^12.",
        "invalid_reorder_level": "The reorder level is not a whole number from 0 to 10^12.",
        "invalid_is_active": "Whether the product is active is said with true or false, yes or no, 1 or 0.",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--prices", choices=CENTS_IN, default="units", help="what prices are in (default units)")

    def fields(self, options: Mapping[str, Any]) -> Sequence[Field]:
        return (
            Field("sku", text(empty="no_sku"), required=True),
            Field("name", text(), required=True, like="description"),
            Field("description", text(most=MOST_DESCRIPTION), like="name", otherwise=""),
            Field("price", price(options["prices"]), required=True),
            Field("stock_quantity", units("invalid_stock_quantity"), otherwise=0),
            Field("reorder_level", units("invalid_reorder_level"), otherwise=0),
            Field("is_active", one_of(YES_AND_NO, invalid="invalid_is_active"), otherwise=True),
            Field("quantity", is_above_zero, otherwise=True),
        )

    def stage(self, layout: Layout, options: Mapping[str, Any]) -> Stage:
        return staged

    def batch(self, options: Mapping[str, Any]) -> Batch:
        return lambda window: run(partial(import_products, window, actor=ACTOR), dry_run=options["dry_run"])


def units(invalid: str) -> Parse:
    return whole_number(invalid=invalid, too_small=invalid, too_large=invalid, least=0, most=MOST_STOCK, empty=0)


def is_above_zero(quantity: str) -> bool:
    """Whether the row is a sale. It is only looked at to choose the row: what is no number is none."""
    try:
        return int(units("")(quantity)) > 0
    except Rejected:
        return False


def staged(values: list[Any]) -> tuple[Any, ...]:
    sku, name, description, price_cents, stock_quantity, reorder_level, is_active, sold = values
    rank = (PRICED if sold and price_cents > 0 else 0) + (NAMED if name else 0)
    return (sku, rank, name, description, price_cents, stock_quantity, reorder_level, is_active)
