"""What a report is. Each is defined once; commands and pages only show it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What the values of a column are, so that every door can show them properly."""

    TEXT = "text"
    INTEGER = "integer"
    CENTS = "cents"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; its name says the unit (`net_cents`)."""

    name: str
    kind: Kind

    @property
    def label(self) -> str:
        """The name as a heading for people, who see money in units."""
        return self.name.removesuffix("_cents").replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that may be asked of a report; without `choices` it is read as its meaning says."""

    name: str
    meaning: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A question to the data that is asked again and again.

    `sql` returns the columns in their order, sorted, and takes the values of `Question.values()`. Where it reads from
    is its own affair: the doors do not know.
    """

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    sql: str

    def takes(self, name: str) -> bool:
        return any(parameter.name == name for parameter in self.parameters)


@dataclass(frozen=True, slots=True)
class Question:
    """A report with everything decided: which days, in which zone, in what steps, at most how many rows.

    `first` counts, `end` is the first day that does not; None leaves that side open.
    """

    report: Report
    zone: str
    first: date | None
    end: date | None
    by: str
    limit: int | None

    def values(self) -> dict[str, object]:
        """What a report's SQL may refer to."""
        return {
            "zone": self.zone,
            "first": self.first,
            "end": self.end,
            "by": self.by,
            "label": LABELS[self.by],
            "limit": self.limit,
        }

    def in_words(self) -> str:
        """What was asked, the range that counts included: `sales by month, 2011-01-01 up to …`."""
        steps = f" by {self.by}" if self.report.takes("by") else ""
        cut = "" if self.limit is None else f", first {self.limit} rows"
        return f"{self.report.name}{steps}, {self.range_in_words()}{cut}"

    def range_in_words(self) -> str:
        return f"{self._days()}, days in {self.zone}"

    def _days(self) -> str:
        match self.first, self.end:
            case None, None:
                return "all time"
            case first, None:
                return f"from {first} on"
            case None, end:
                return f"all time up to, but not including, {end}"
            case first, end:
                days = (end - first).days
                return f"{first} up to, but not including, {end} ({days} {'day' if days == 1 else 'days'})"


# The steps in which time is told, and how PostgreSQL's to_char writes one. Weeks are ISO 8601's: they begin on Monday,
# and the year of W01 is that of its Thursday.
LABELS = {"day": "YYYY-MM-DD", "week": 'IYYY-"W"IW', "month": "YYYY-MM"}
