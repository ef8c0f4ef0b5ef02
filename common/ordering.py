"""Long lists in their order, without a walk past all that a filter leaves out."""

import json
from typing import Any

from django.db.models import F, Func, QuerySet

QUICKLY_SORTED = 30_000


class Sorted(Func):
    """A column as something to sort by that no index can have in order."""

    template = "COALESCE(%(expressions)s, %(expressions)s)"
    arity = 1


def in_order(rows: QuerySet[Any], *names: str) -> QuerySet[Any]:
    """Filtered rows by these columns: few are gathered and sorted, many are met along the index of the first.

    Left to itself, PostgreSQL takes the rows that a filter lets through to lie evenly along the index of the order.
    Old orders have low ids: it then walks past a million newer ones for the first that fits.
    """
    first, *others = (F(name.lstrip("-")) for name in names)
    columns = zip(names, (Sorted(first) if _are_few(rows) else first, *others), strict=True)
    return rows.order_by(*(column.desc() if name.startswith("-") else column.asc() for name, column in columns))


def _are_few(rows: QuerySet[Any]) -> bool:
    """Whether sorting all of them is quick, by the planner's own estimate: nothing is read for it."""
    plan = rows.order_by().values("pk").explain(format="json")  # empty when no row can fit
    return not plan or json.loads(plan)[0]["Plan"]["Plan Rows"] <= QUICKLY_SORTED
