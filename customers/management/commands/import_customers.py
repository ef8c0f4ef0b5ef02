"""Imports customers from a file."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from common.actors import Actor
from common.imports.command import ImportCommand
from common.imports.fields import Field, Layout
from common.imports.running import Batch, Stage
from common.imports.values import email, text
from common.transactions import run
from customers.services.importing import TABLES, import_customers

ACTOR = Actor.command("import_customers")
FIELDS = (
    Field("email", email(empty="no_email", invalid="invalid_email"), required=True),
    Field("first_name", text(), otherwise=""),
    Field("last_name", text(), otherwise=""),
    Field("phone", text(), otherwise=""),
)


class Command(ImportCommand):
    help = (
        "Import customers from a CSV file. Fields: email, first_name, last_name, phone. "
        "Customers whose e-mail is known are left as they are."
    )
    tables, nouns = TABLES, "customers"
    reasons = {  # noqa: RUF012 - declared as ClassVar by the class above
        "no_email": "The row has no e-mail.",
        "invalid_email": "The e-mail is not an address.",
    }

    def fields(self, options: Mapping[str, Any]) -> Sequence[Field]:
        return FIELDS

    def stage(self, layout: Layout, options: Mapping[str, Any]) -> Stage:
        return staged

    def batch(self, options: Mapping[str, Any]) -> Batch:
        return lambda window: run(partial(import_customers, window, actor=ACTOR), dry_run=options["dry_run"])


def staged(values: list[Any]) -> tuple[Any, ...]:
    return (values[0].lower(), 0, *values)
