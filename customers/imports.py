"""What a row of a file of customers may hold, for commands and pages."""

from collections.abc import Mapping
from typing import Any

from common.imports.fields import Field
from common.imports.running import Importer
from common.imports.values import email, text
from customers.services.importing import TABLES, import_customers

FIELDS = (
    Field("email", email(empty="no_email", invalid="invalid_email"), required=True),
    Field("first_name", text(), otherwise=""),
    Field("last_name", text(), otherwise=""),
    Field("phone", text(), otherwise=""),
)
REASONS: Mapping[str, str] = {
    "no_email": "The row has no e-mail.",
    "invalid_email": "The e-mail is not an address.",
}


def staged(values: list[Any]) -> tuple[Any, ...]:
    return (values[0].lower(), 0, *values)


IMPORTER = Importer("customers", TABLES, FIELDS, staged, import_customers, REASONS)
