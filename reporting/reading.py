"""Reading the rollups: what they say up to the worker's place in the log, and on top what the events after it say.

Place, rollups and events are read in the report's own snapshot, so it does not matter how far the worker has come. The
events after its place are read without the fence: what the report cannot see yet, it need not wait for.
"""

from typing import Any

from django.db.backends.utils import CursorWrapper

from common.sql import one
from reporting.definitions import Question
from reporting.folding import FIGURES, FOLD
from reporting.reports.figures import COUNTED_ORDERS, figures_of_lines
from reporting.rollups import PLACE

AFTER = "(epoch, xid, position) > (%(epoch)s::int, %(xid)s::text::xid8, %(position)s::bigint)"
UPTO = "(epoch, xid, position) <= (%(epoch)s::int, %(xid)s::text::xid8, %(position)s::bigint)"
SUMMED = ", ".join(FIGURES)
QUARTER = "interval '15 minutes'"
LOCAL_DAY = "(placed_at AT TIME ZONE %(zone)s)::date"


def within(day: str) -> str:
    """The condition that keeps a statement to the days of the question."""
    return f"(%(first)s::date IS NULL OR {day} >= %(first)s::date) AND (%(end)s::date IS NULL OR {day} < %(end)s::date)"


# Quarters of an hour that may belong to the days of the question; the bounds are a day wider than needed.
QUARTERS = """
    sales_quarters
    WHERE (%(first)s::date IS NULL OR starts_at >= (%(first)s::date - 1)::timestamp AT TIME ZONE 'UTC')
      AND (%(end)s::date IS NULL OR starts_at < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC')
"""

# Quarters of an hour that belong to two days: Newfoundland's clocks once went back at one minute past midnight.
SPLIT = f"""
    SELECT coalesce(array_agg(starts_at), '{{}}') FROM {QUARTERS}
    AND (starts_at AT TIME ZONE %(zone)s)::date
        <> ((starts_at + {QUARTER} - interval '1 microsecond') AT TIME ZONE %(zone)s)::date
"""

# The figures of each day of the question, in parts to be summed up: from the days that are kept, or else from quarters
# of an hour; of those that are split, from all the events of their orders. Takes what `look_up_days` finds.
DAYS = f"""
    chosen AS (
        SELECT aggregatetype, aggregateid, version, type, payload FROM events WHERE {AFTER}
        UNION ALL
        SELECT aggregatetype, aggregateid, version, type, payload FROM events
        WHERE {UPTO} AND aggregatetype = 'order' AND aggregateid = ANY(%(split_orders)s::bigint[])
    ), {FOLD}, days AS (
        SELECT day, {SUMMED} FROM sales_days
        WHERE %(by_days)s AND zone = %(zone)s AND {within("day")}
        UNION ALL
        SELECT day, {SUMMED} FROM (SELECT *, (starts_at AT TIME ZONE %(zone)s)::date AS day FROM {QUARTERS}) quarter
        WHERE NOT %(by_days)s AND starts_at <> ALL(%(split)s::timestamptz[]) AND {within("day")}
        UNION ALL
        SELECT {LOCAL_DAY}, {SUMMED} FROM of_order WHERE {within(LOCAL_DAY)}
    )
"""

# The figures of each product in the days of the question, in parts to be summed up: from the totals, if it asks about
# all time, from the months that are kept, if it is one of whole months, or else from the orders themselves. Takes what
# `look_up_products` finds.
PRODUCTS_SOLD = f"""
    {COUNTED_ORDERS}, chosen AS (
        SELECT aggregatetype, aggregateid, version, type, payload FROM events
        WHERE (%(by_totals)s OR %(by_months)s) AND {AFTER}
    ), {FOLD}, products_sold AS (
        SELECT product_id, {SUMMED} FROM product_totals WHERE %(by_totals)s
        UNION ALL
        SELECT product_id, {SUMMED} FROM product_months
        WHERE %(by_months)s AND zone = %(zone)s AND {within("month")}
        UNION ALL
        SELECT product_id, {SUMMED} FROM of_line WHERE {within(LOCAL_DAY)}
        UNION ALL
        SELECT * FROM ({figures_of_lines("counted", told="i.product_id")}) of_counted
        WHERE NOT (%(by_totals)s OR %(by_months)s)
    )
"""


def look_up_days(question: Question, cursor: CursorWrapper) -> dict[str, Any]:
    """Where the rollups stand, and whether the days of the asked zone are among them.

    Asked for beforehand, so that the planner knows how few events there are to be added.
    """
    found = _place(cursor) | {"by_days": _is_kept(question.zone, cursor), "split": [], "split_orders": []}
    return found if found["by_days"] else found | _split(question, cursor)


def look_up_products(question: Question, cursor: CursorWrapper) -> dict[str, Any]:
    """Where the rollups stand, and which of them tell of the products in the days of the question."""
    bounds = (question.first, question.end)
    by_totals = bounds == (None, None)
    of_whole_months = all(day is None or day.day == 1 for day in bounds)
    by_months = not by_totals and of_whole_months and _is_kept(question.zone, cursor)
    return _place(cursor) | {"by_totals": by_totals, "by_months": by_months}


def _place(cursor: CursorWrapper) -> dict[str, Any]:
    cursor.execute(f"SELECT epoch, xid::text, position FROM {PLACE} AS place")
    epoch, xid, position = one(cursor)
    return {"epoch": epoch, "xid": xid, "position": position}


def _is_kept(zone: str, cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT FROM rollup_zones WHERE zone = %s AND is_whole", [zone])
    return cursor.fetchone() is not None


def _split(question: Question, cursor: CursorWrapper) -> dict[str, Any]:
    values: dict[str, Any] = question.values()
    cursor.execute(SPLIT, values)
    (split,) = one(cursor)
    cursor.execute(
        f"""
        SELECT coalesce(array_agg(id), '{{}}') FROM unnest(%s::timestamptz[]) AS quarter (starts_at)
        JOIN orders ON created_at >= starts_at AND created_at < starts_at + {QUARTER}
        """,
        [split],
    )
    (orders,) = one(cursor)
    return {"split": split, "split_orders": orders}
