"""How long orders take on their way."""

from common.exports.columns import Column, Kind
from reporting.definitions import EVERYBODY, Chart, Report
from reporting.parameters import BY, RANGE
from reporting.reports.figures import in_range

# The quickest time within which at least so many of a hundred were done (nearest rank), in whole numbers throughout.
SHARES = (50, 90, 99)
RANKED = ", ".join(
    f"(array_agg(seconds ORDER BY seconds))[(count(*) * {share} + 99) / 100] AS p{share}_seconds" for share in SHARES
)

FULFILMENT = Report(
    name="fulfilment",
    description="How long orders took from placed to confirmed, shipped and delivered; imported orders are left out.",
    roles=EVERYBODY,
    parameters=(BY, *RANGE),
    steps="week",
    usual_from="90d",
    chart=Chart(labels=("period", "stage"), values=("p90_seconds",)),
    columns=(
        Column("period", Kind.TEXT),
        Column("starts_on", Kind.DATE),
        Column("stage", Kind.TEXT),
        Column("orders", Kind.INTEGER),
        *(Column(f"p{share}_seconds", Kind.SECONDS) for share in SHARES),
        Column("longest_seconds", Kind.SECONDS),
    ),
    sql=f"""
        WITH acted AS (
            SELECT date_trunc(%(by)s, o.created_at AT TIME ZONE %(zone)s) AS starts_at, stage.place, stage.name,
                   floor(extract(epoch FROM stage.reached_at - stage.left_at))::bigint AS seconds
            FROM orders o CROSS JOIN LATERAL (VALUES
                (1, 'placed to confirmed', o.created_at, o.confirmed_at),
                (2, 'confirmed to shipped', o.confirmed_at, o.shipped_at),
                (3, 'shipped to delivered', o.shipped_at, o.delivered_at),
                (4, 'placed to delivered', o.created_at, o.delivered_at)
            ) AS stage (place, name, left_at, reached_at)
            WHERE {in_range("o.created_at")} AND o.confirmed_at IS NOT NULL  -- else it has reached nothing
              AND stage.reached_at IS NOT NULL AND stage.left_at IS NOT NULL
              AND NOT EXISTS (SELECT FROM events
                              WHERE aggregatetype = 'order' AND aggregateid = o.id AND version = 1
                                AND type = 'order.imported')
        )
        SELECT to_char(starts_at, %(label)s) AS period, starts_at::date AS starts_on, name AS stage,
               count(*) AS orders, {RANKED}, max(seconds) AS longest_seconds
        FROM acted
        GROUP BY starts_at, place, name
        ORDER BY starts_at, place
    """,
)
