"""Imports customers from a file."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from common.actors import Actor
from common.imports.command import ImportCommand
from common.imports.fields import Field, Layout
from common.imports.running import Batch, Stage
from common.transactions import run
from customers.imports import IMPORTER
from customers.services.importing import import_customers

ACTOR = Actor.command("import_customers")


class Command(ImportCommand):
    help = (
        "Import customers from a CSV file. Fields: email, first_name, last_name, phone. "
        "Customers whose e-mail is known are left as they are."
    )
    tables, nouns = IMPORTER.tables, IMPORTER.nouns
    reasons = IMPORTER.reasons

    def fields(self, options: Mapping[str, Any]) -> Sequence[Field]:
        return IMPORTER.fields

    def stage(self, layout: Layout, options: Mapping[str, Any]) -> Stage:
        return IMPORTER.stage

    def batch(self, options: Mapping[str, Any]) -> Batch:
        return lambda window: run(partial(import_customers, window, actor=ACTOR), dry_run=options["dry_run"])
