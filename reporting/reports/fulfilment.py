"""How long orders take on their way, and why some end before it."""

from common.exports.columns import Column, Kind
from reporting.definitions import COMMERCIAL, EVERYBODY, Chart, Report
from reporting.parameters import BY, RANGE
from reporting.reports.figures import COUNTED_ORDERS, COUNTED_UNITS

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
        WITH {COUNTED_ORDERS},
        acted AS (
            SELECT date_trunc(%(by)s, c.local_time) AS starts_at, stage.place, stage.name,
                   floor(extract(epoch FROM stage.reached_at - stage.left_at))::bigint AS seconds
            FROM counted c JOIN orders o ON o.id = c.id
            CROSS JOIN LATERAL (VALUES
                (1, 'placed to confirmed', o.created_at, o.confirmed_at),
                (2, 'confirmed to shipped', o.confirmed_at, o.shipped_at),
                (3, 'shipped to delivered', o.shipped_at, o.delivered_at),
                (4, 'placed to delivered', o.created_at, o.delivered_at)
            ) AS stage (place, name, left_at, reached_at)
            WHERE stage.reached_at IS NOT NULL AND stage.left_at IS NOT NULL
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

CANCELLATIONS = Report(
    name="cancellations",
    description="Orders that were cancelled, by the code of the reason; the most frequent first.",
    roles=COMMERCIAL,
    parameters=RANGE,
    chart=Chart(labels=("reason_code",), values=("orders",)),
    columns=(
        Column("reason_code", Kind.TEXT),
        Column("orders", Kind.INTEGER),
        Column("units", Kind.INTEGER),
        Column("cancelled_cents", Kind.CENTS),
        Column("share_percent", Kind.DECIMAL),
    ),
    sql=f"""
        WITH {COUNTED_UNITS},
        cancelled AS (
            SELECT CASE WHEN e.id IS NULL THEN '(imported)'
                        ELSE coalesce(nullif(e.payload->>'reason_code', ''), '(none)') END AS reason_code,
                   s.units, s.cents
            FROM summed s
            LEFT JOIN events e ON e.aggregatetype = 'order' AND e.aggregateid = s.id AND e.type = 'order.cancelled'
            WHERE s.status = 'CANCELLED'
        )
        SELECT reason_code, count(*) AS orders, sum(units) AS units, sum(cents) AS cancelled_cents,
               round(100 * count(*) / sum(count(*)) OVER (), 2) AS share_percent
        FROM cancelled
        GROUP BY reason_code
        ORDER BY orders DESC, reason_code COLLATE "C"
    """,
)

SHORT_CLOSES = Report(
    name="short-closes",
    description="Units that were given up because they will never come, by the code of the reason.",
    roles=EVERYBODY,
    parameters=RANGE,
    chart=Chart(labels=("reason_code",), values=("units",)),
    columns=(
        Column("reason_code", Kind.TEXT),
        Column("orders", Kind.INTEGER),
        Column("products", Kind.INTEGER),
        Column("units", Kind.INTEGER),
        Column("short_closed_cents", Kind.CENTS),
        Column("share_percent", Kind.DECIMAL),
    ),
    # What was short-closed of an order that was cancelled later stands among the cancellations, with the whole order.
    sql=f"""
        WITH {COUNTED_ORDERS},
        closed AS (
            SELECT coalesce(nullif(s.reason_code, ''), '(none)') AS reason_code, s.order_id, i.product_id,
                   s.quantity AS units, s.quantity * i.unit_price_cents AS cents
            FROM counted c JOIN short_closes s ON s.order_id = c.id JOIN order_items i ON i.id = s.item_id
            WHERE c.status <> 'CANCELLED'
        )
        SELECT reason_code, count(DISTINCT order_id) AS orders, count(DISTINCT product_id) AS products,
               sum(units) AS units, sum(cents) AS short_closed_cents,
               round(100 * sum(units) / sum(sum(units)) OVER (), 2) AS share_percent
        FROM closed
        GROUP BY reason_code
        ORDER BY units DESC, reason_code COLLATE "C"
    """,
)
