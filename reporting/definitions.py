"""What a report is. Each is defined once; commands, addresses and pages only show it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.backends.utils import CursorWrapper

from accounts.roles import FINANCE, MANAGER, ROLES, SALES, VIEWER
from common.exports.columns import Column

# What was sold to whom, and for how much, is no business of the warehouse; where orders and stock stand is everybody's.
COMMERCIAL = (VIEWER, SALES, FINANCE, MANAGER)
EVERYBODY = ROLES


class Form(StrEnum):
    """How the value of a parameter is written; the value is its placeholder in help."""

    DAY = "DAY"
    MOMENT = "MOMENT"
    ZONE = "ZONE"
    NUMBER = "N"
    STEPS = "STEPS"
    SKU = "SKU"


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that may be asked of a report; without `choices` it is read as its form says."""

    name: str
    form: Form
    meaning: str
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """How a page draws the rows: upright over time, or lying, one below the other, where names need room.

    `labels` and `values` are names of columns; several values of a row are put on top of each other.
    """

    labels: tuple[str, ...]
    values: tuple[str, ...]
    over_time: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A question to the data that is asked again and again.

    `sql` returns the columns in their order, sorted, and takes the values of `Question.values()`. Where it reads from
    is its own affair: the doors do not know. `look_up` finds further values for it in the same snapshot. `roles` may
    see it; `usual_from` is where its page begins when nobody has chosen a range.
    """

    name: str
    description: str
    roles: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    sql: str
    steps: str = "day"
    usual_from: str = "30d"
    chart: Chart | None = None
    look_up: "Callable[[Question, CursorWrapper], dict[str, Any]] | None" = None

    @property
    def title(self) -> str:
        return self.name.replace("-", " ").capitalize()

    @property
    def codename(self) -> str:
        """The permission that lets see it, within this app."""
        return f"view_{self.name.replace('-', '_')}"

    @property
    def permission(self) -> str:
        return f"reporting.{self.codename}"

    @property
    def depends_on_today(self) -> bool:
        """Whether tomorrow's answer differs from today's although nothing has happened."""
        return "%(today)s" in self.sql

    def takes(self, name: str) -> bool:
        return any(parameter.name == name for parameter in self.parameters)


@dataclass(frozen=True, slots=True)
class Question:
    """A report with everything decided: which days, in which zone, in what steps, at most how many rows.

    `first` counts, `end` is the first day that does not; None leaves that side open. `at` is the moment that is asked
    about, None being now; `product` is a SKU.
    """

    report: Report
    zone: str
    today: date
    first: date | None = None
    end: date | None = None
    by: str = "day"
    at: datetime | None = None
    product: str | None = None
    limit: int | None = None

    def values(self) -> dict[str, object]:
        """What a report's SQL may refer to."""
        return {
            "zone": self.zone,
            "today": self.today,
            "first": self.first,
            "end": self.end,
            "by": self.by,
            "label": LABELS[self.by],
            "at": self.at,
            "product": self.product,
            "limit": self.limit,
        }

    def in_words(self) -> str:
        """What was asked, the range that counts included: `sales by month, 2011-01-01 up to …`."""
        steps = f" by {self.by}" if self.report.takes("by") else ""
        product = f" of {self.product}" if self.product is not None else ""
        cut = "" if self.limit is None else f", first {self.limit} rows"
        return f"{self.report.name}{product}{steps}, {self.range_in_words()}{cut}"

    def range_in_words(self) -> str:
        return f"{self._days() if self.report.takes('from') else self._moment()}, days in {self.zone}"

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

    def _moment(self) -> str:
        if self.at is not None:
            return f"at {self.at.isoformat(sep=' ')}"
        return f"as of {self.today}" if self.report.depends_on_today else "as of now"


# The steps in which time is told, and how PostgreSQL's to_char writes one. Weeks are ISO 8601's: they begin on Monday,
# and the year of W01 is that of its Thursday.
LABELS = {"day": "YYYY-MM-DD", "week": 'IYYY-"W"IW', "month": "YYYY-MM", "quarter": 'YYYY-"Q"Q'}
