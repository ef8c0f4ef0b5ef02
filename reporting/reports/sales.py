"""What was sold, when."""

from common.exports.columns import Column, Kind
from reporting.definitions import COMMERCIAL, Chart, Report
from reporting.parameters import BY, RANGE
from reporting.reading import DAYS, look_up_days
from reporting.reports.figures import FIGURE_COLUMNS, SUMMED_FIGURES

SALES = Report(
    name="sales",
    description="Orders, units and their value by day, week, month or quarter; steps without any order are left out.",
    roles=COMMERCIAL,
    chart=Chart(labels=("period",), values=("net_cents",), over_time=True),
    parameters=(BY, *RANGE),
    columns=(
        Column("period", Kind.TEXT),
        Column("starts_on", Kind.DATE),
        *FIGURE_COLUMNS,
        Column("average_order_cents", Kind.CENTS, optional=True),
    ),
    look_up=look_up_days,
    sql=f"""
        WITH {DAYS}
        SELECT *, round(net_cents / nullif(orders - cancelled_orders, 0)) AS average_order_cents
        FROM (
            SELECT to_char(starts_at, %(label)s) AS period, starts_at::date AS starts_on, {SUMMED_FIGURES}
            FROM (SELECT *, date_trunc(%(by)s, day::timestamp) AS starts_at FROM days) dated
            GROUP BY starts_at
            HAVING sum(orders) <> 0
        ) steps
        ORDER BY starts_on
    """,
)
