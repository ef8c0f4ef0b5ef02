"""What is always true of the rollups: with the events after their place in the log they say what the orders say."""

from common.invariants import Invariant
from orders.models import AGGREGATE
from reporting.folding import FIGURES, FOLD
from reporting.rollups import DAYS, MONTHS, PLACE, QUARTERS, TOTALS, Rollup

# What the fold should come to, told by the orders themselves.
ROWS = """
    of_line AS (
        SELECT o.created_at AS placed_at, i.product_id, 1 AS orders, i.quantity AS units,
               i.line_total_cents AS gross_cents, is_cancelled AS cancelled_orders,
               is_cancelled * i.quantity AS cancelled_units, is_cancelled * i.line_total_cents AS cancelled_cents
        FROM orders o JOIN order_items i ON i.order_id = o.id
        CROSS JOIN LATERAL (SELECT (o.status = 'CANCELLED')::int AS is_cancelled) state
    ), of_order AS (
        SELECT created_at AS placed_at, 1 AS orders, 0 AS units, 0 AS gross_cents,
               (status = 'CANCELLED')::int AS cancelled_orders, 0 AS cancelled_units, 0 AS cancelled_cents
        FROM orders
        UNION ALL
        SELECT placed_at, 0, units, gross_cents, 0, cancelled_units, cancelled_cents FROM of_line
    )
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
