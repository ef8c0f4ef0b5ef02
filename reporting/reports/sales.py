"""What was sold, when."""

from reporting.definitions import COMMERCIAL, Chart, Column, Kind, Report
from reporting.parameters import BY, RANGE
from reporting.reports.figures import COUNTED_UNITS, FIGURE_COLUMNS, FIGURES

SALES = Report(
    name="sales",
    description="Orders, units and their value by day, week, month or quarter; steps without any order are left out.",
    roles=COMMERCIAL,
    chart=Chart(labels=("period",), values=("net_cents",), over_time=True),
    parameters=(BY, *RANGE),
    columns=(Column("period", Kind.TEXT), Column("starts_on", Kind.DATE), *FIGURE_COLUMNS),
    sql=f"""
        WITH {COUNTED_UNITS}
        SELECT to_char(starts_at, %(label)s) AS period, starts_at::date AS starts_on, {FIGURES}
        FROM (SELECT *, date_trunc(%(by)s, local_time) AS starts_at FROM summed) dated
        GROUP BY starts_at
        ORDER BY starts_at
    """,
)
