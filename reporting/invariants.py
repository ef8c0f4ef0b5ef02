"""What is always true of the rollups: with the events after their place in the log they say what the orders say."""

from common.invariants import Invariant
from orders.models import AGGREGATE
from reporting.folding import FIGURES, FOLD, figures_of_orders
from reporting.reports.figures import figures_of_lines
from reporting.rollups import DAYS, MONTHS, PLACE, QUARTERS, TOTALS, Rollup

# What the fold should come to, told by the orders themselves.
ROWS = f"""
    placed AS (SELECT id, status, created_at AS placed_at FROM orders),
    of_line AS ({figures_of_lines("placed", told="o.placed_at, i.product_id")}),
    of_order AS ({figures_of_orders("placed_at", ("1", "(status = 'CANCELLED')::int"), "placed")})
"""


def _is_what_orders_say(rollup: Rollup) -> str:
    """Looked at as a whole: the sums of many orders tell nothing of one."""
    key, figures = ", ".join(rollup.key), ", ".join(FIGURES)
    summed = ", ".join(f"sum({figure}) AS {figure}" for figure in FIGURES)
    kept, actual = (", ".join(f"coalesce({side}.{figure}, 0)" for figure in FIGURES) for side in ("kept", "actual"))
    shown = ", ".join(f"kept.{figure}, actual.{figure} AS actual_{figure}" for figure in FIGURES)
    return f"""
        WITH chosen AS (SELECT * FROM events WHERE (epoch, xid, position) > {PLACE}), {FOLD},
        kept AS (
            SELECT {key}, {summed}
            FROM (SELECT {key}, {figures} FROM {rollup.table} UNION ALL ({rollup.sums})) parts
            GROUP BY {key}
        ), actual AS (WITH {ROWS} {rollup.sums})
        SELECT {key}, {shown}
        FROM kept FULL JOIN actual USING ({key})
        WHERE %(ids)s::bigint[] IS NULL AND {rollup.is_known} AND ({kept}) <> ({actual})
    """


INVARIANTS = (
    Invariant(
        "sales_quarters_are_what_orders_say",
        "For every quarter of an hour, rollups and later events come to the orders that were placed in it.",
        AGGREGATE,
        _is_what_orders_say(QUARTERS),
    ),
    Invariant(
        "sales_days_are_what_orders_say",
        "For every day of the business, rollups and later events come to the orders that were placed on it.",
        AGGREGATE,
        _is_what_orders_say(DAYS),
    ),
    Invariant(
        "product_months_are_what_orders_say",
        "For every product and month, rollups and later events come to what was ordered of it.",
        AGGREGATE,
        _is_what_orders_say(MONTHS),
    ),
    Invariant(
        "product_totals_are_what_orders_say",
        "For every product, rollups and later events come to what was ever ordered of it.",
        AGGREGATE,
        _is_what_orders_say(TOTALS),
    ),
)
