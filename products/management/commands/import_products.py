"""Imports products from a file."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.core.management.base import CommandParser

from common.actors import Actor
from common.imports.command import ImportCommand
from common.imports.fields import Field, Layout
from common.imports.running import Batch, Stage
from common.imports.values import CENTS_IN
from common.transactions import run
from products.imports import IMPORTER, fields
from products.services.importing import import_products

ACTOR = Actor.command("import_products")


class Command(ImportCommand):
    help = (
        "Import products from a CSV file. Fields: sku, name, description, price, stock_quantity, reorder_level, "
        "is_active, quantity. Products whose SKU is known are left as they are. Of several rows of one SKU the last "
        "with a price and a quantity above zero is taken."
    )
    tables, nouns = IMPORTER.tables, IMPORTER.nouns
    reasons = IMPORTER.reasons

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--prices", choices=CENTS_IN, default="units", help="what prices are in (default units)")

    def fields(self, options: Mapping[str, Any]) -> Sequence[Field]:
        return fields(options["prices"])

    def stage(self, layout: Layout, options: Mapping[str, Any]) -> Stage:
        return IMPORTER.stage

    def batch(self, options: Mapping[str, Any]) -> Batch:
        return lambda window: run(partial(import_products, window, actor=ACTOR), dry_run=options["dry_run"])
