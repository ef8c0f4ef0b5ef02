"""What the columns of a table hold, so that whoever shows or writes it can do so properly."""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    INTEGER = "integer"
    CENTS = "cents"
    DECIMAL = "decimal"
    SECONDS = "seconds"
    DATE = "date"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; its name says the unit (`net_cents`). A row may leave an optional one empty."""

    name: str
    kind: Kind
    optional: bool = False

    @property
    def label(self) -> str:
        """The name as a heading for people, who see money in units and spans of time as such."""
        words = self.name.removesuffix("_cents").removesuffix("_seconds").replace("_percent", "_%")
        return words.replace("_", " ").capitalize().replace("Sku", "SKU").replace(" id", " ID")

    @property
    def is_number(self) -> bool:
        return self.kind in (Kind.INTEGER, Kind.CENTS, Kind.DECIMAL, Kind.SECONDS)


def heading(column: Column) -> str:
    """As people read it; money says in what."""
    return f"{column.label} {settings.OMS_CURRENCY}" if column.kind == Kind.CENTS else column.label
