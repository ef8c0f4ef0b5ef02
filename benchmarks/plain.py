"""The questions of the reports in plain SQL over the tables, as somebody would put them who knows nothing of reports.

It shares no code with the reports, on purpose: what they say is compared with this, row by row. Days begin at moments
that Python works out (`since`, `until`); units, money and stock are counted from lines, payments and movements.
"""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.backends.utils import CursorWrapper

from reporting.definitions import Question


def moments(question: Question, _: CursorWrapper) -> dict[str, Any]:
    """Between which moments the days of a question lie."""
    return {
        "since": _begin(question, question.first) or "-infinity",
        "until": _begin(question, question.end) or "infinity",
    }


def _begin(question: Question, day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time.min, ZoneInfo(question.zone))


# The orders of the range; what is left of one is a matter of its own row.
ORDERS = """
    asked AS (
        SELECT o.*, created_at AT TIME ZONE %(zone)s AS local_time, status = 'CANCELLED' AS gone,
               CASE status WHEN 'CANCELLED' THEN 0 ELSE total_cents - short_closed_cents - returned_cents END AS net
        FROM orders o WHERE created_at >= %(since)s::timestamptz AND created_at < %(until)s::timestamptz
    )
"""

# Their lines, with what of each was given up and what came back.
LINES = f"""
    {ORDERS}, line AS (
        SELECT a.id AS order_id, a.customer_id, a.status, a.local_time, a.gone, i.product_id,
               i.quantity AS units, i.quantity * i.unit_price_cents AS cents,
               coalesce(closed.units, 0) AS closed_units, coalesce(closed.units, 0) * unit_price_cents AS closed_cents,
               coalesce(back.units, 0) AS back_units, coalesce(back.units, 0) * unit_price_cents AS back_cents
        FROM asked a JOIN order_items i ON i.order_id = a.id
        LEFT JOIN (SELECT item_id, sum(quantity) AS units FROM short_closes GROUP BY item_id) closed
               ON closed.item_id = i.id AND NOT a.gone
        LEFT JOIN (SELECT item_id, sum(quantity) AS units
                   FROM order_return_lines l JOIN order_returns r ON r.id = l.return_id
                   WHERE r.received_at IS NOT NULL GROUP BY item_id) back ON back.item_id = i.id
    )
"""

# The same, a row for each order.
WHOLE = f"""
    {LINES}, told AS (
        SELECT order_id, customer_id, status, local_time, gone, sum(units) AS units, sum(cents) AS cents,
               sum(closed_units) AS closed_units, sum(closed_cents) AS closed_cents,
               sum(back_units) AS back_units, sum(back_cents) AS back_cents
        FROM line GROUP BY order_id, customer_id, status, local_time, gone
    )
"""

# Of rows of either kind.
FIGURES = """
    count(*) AS orders, sum(units) AS units, sum(cents) AS cents,
    count(*) FILTER (WHERE gone) AS gone_orders, coalesce(sum(units) FILTER (WHERE gone), 0) AS gone_units,
    coalesce(sum(cents) FILTER (WHERE gone), 0) AS gone_cents,
    sum(closed_units) AS closed_units, sum(closed_cents) AS closed_cents, sum(back_units) AS back_units,
    sum(back_cents) AS back_cents,
    coalesce(sum(units - closed_units - back_units) FILTER (WHERE NOT gone), 0) AS net_units,
    coalesce(sum(cents - closed_cents - back_cents) FILTER (WHERE NOT gone), 0) AS net
"""

STEP = "date_trunc(%(by)s, {})"
SINCE = "%(since)s::timestamptz AT TIME ZONE %(zone)s"
SHARE = "round(100.0 * {0} / sum({0}) OVER (), 2)"

SALES = f"""
    WITH {WHOLE}, steps AS (SELECT {STEP.format("local_time")} AS step, {FIGURES} FROM told GROUP BY step)
    SELECT to_char(step, %(label)s), step::date, orders, units, cents, gone_orders, gone_units, gone_cents,
           closed_units, closed_cents, back_units, back_cents, net_units, net,
           round(net / nullif(orders - gone_orders, 0))
    FROM steps ORDER BY step
"""

SALES_TREND = f"""
    WITH steps AS (
        SELECT {STEP.format("created_at AT TIME ZONE %(zone)s")} AS step, count(*) AS orders,
               count(*) FILTER (WHERE status <> 'CANCELLED') AS kept,
               sum(total_cents - short_closed_cents - returned_cents) FILTER (WHERE status <> 'CANCELLED') AS net
        FROM orders
        WHERE created_at >= ({SINCE} - interval '1 month') AT TIME ZONE %(zone)s AND created_at < %(until)s::timestamptz
        GROUP BY step
    )
    SELECT to_char(this.step, %(label)s), this.step::date, this.orders, coalesce(last.orders, 0),
           round(this.net / this.kept), this.net, coalesce(last.net, 0), this.net - coalesce(last.net, 0),
           round(100 * (this.net - last.net) / last.net, 2)
    FROM steps this LEFT JOIN steps last ON last.step = this.step - interval '1 month'
    WHERE this.step >= {SINCE} ORDER BY this.step
"""

PRODUCTS = f"""
    WITH {LINES}, sold AS (SELECT product_id, {FIGURES} FROM line GROUP BY product_id)
    SELECT id, p.sku, p.name, orders, units, cents, gone_orders, gone_units, gone_cents, closed_units, closed_cents,
           back_units, back_cents, net_units, net, {SHARE.format("net")}, stock_quantity,
           round(stock_quantity * (least(%(end)s::date, %(today)s::date + 1)
                                   - coalesce(%(first)s::date, (SELECT min(local_time)::date FROM asked)))
                 / nullif(net_units, 0), 1)
    FROM sold JOIN products p ON p.id = product_id ORDER BY net DESC, id
"""

NEVER_SOLD = f"""
    WITH {ORDERS}
    SELECT p.id, p.sku, p.name, p.stock_quantity, p.stock_quantity * p.price_cents AS worth,
           (p.created_at AT TIME ZONE %(zone)s)::date, ever.last_on
    FROM products p LEFT JOIN (
        SELECT product_id, max((created_at AT TIME ZONE %(zone)s)::date) AS last_on
        FROM order_items i JOIN orders o ON o.id = i.order_id WHERE status <> 'CANCELLED' GROUP BY product_id
    ) ever ON ever.product_id = p.id
    WHERE is_active AND NOT EXISTS (SELECT FROM asked a JOIN order_items i ON i.order_id = a.id
                                    WHERE NOT gone AND i.product_id = p.id)
    ORDER BY worth DESC, p.id
"""

CUSTOMERS = f"""
    WITH {WHOLE}, bought AS (
        SELECT customer_id, {FIGURES}, min(local_time::date) AS first_on, max(local_time::date) AS last_on
        FROM told GROUP BY customer_id
    )
    SELECT id, email, first_name, last_name, orders, units, cents, gone_orders, gone_units, gone_cents,
           closed_units, closed_cents, back_units, back_cents, net_units, net, first_on, last_on
    FROM bought JOIN customers ON id = customer_id ORDER BY net DESC, id
"""

# Of every customer, when the first order of all was placed.
FIRSTS = """
    firsts AS (
        SELECT customer_id, min(created_at AT TIME ZONE %(zone)s) AS first_time FROM orders GROUP BY customer_id
    )
"""

NEW_CUSTOMERS = f"""
    WITH {ORDERS}, {FIRSTS}, told AS (
        SELECT a.*, {STEP.format("local_time")} AS step,
               {STEP.format("local_time")} = {STEP.format("first_time")} AS new
        FROM asked a JOIN firsts USING (customer_id)
    )
    SELECT to_char(step, %(label)s), step::date, count(DISTINCT customer_id),
           count(DISTINCT customer_id) FILTER (WHERE new), count(DISTINCT customer_id) FILTER (WHERE NOT new),
           count(*), count(*) FILTER (WHERE new), count(*) FILTER (WHERE NOT new),
           sum(net), coalesce(sum(net) FILTER (WHERE new), 0), coalesce(sum(net) FILTER (WHERE NOT new), 0)
    FROM told GROUP BY step ORDER BY step
"""

COHORTS = f"""
    WITH {FIRSTS}, told AS (
        SELECT customer_id, date_trunc('month', first_time) AS cohort,
               date_trunc('month', created_at AT TIME ZONE %(zone)s) AS month,
               CASE status WHEN 'CANCELLED' THEN 0 ELSE total_cents - short_closed_cents - returned_cents END AS net
        FROM orders JOIN firsts USING (customer_id)
        WHERE first_time >= {SINCE} AND first_time < %(until)s::timestamptz AT TIME ZONE %(zone)s
    ), sizes AS (SELECT cohort, count(DISTINCT customer_id) AS size FROM told GROUP BY cohort)
    SELECT to_char(cohort, 'YYYY-MM'), size,
           (12 * extract(year FROM age(month, cohort)) + extract(month FROM age(month, cohort)))::int,
           count(DISTINCT customer_id), round(100.0 * count(DISTINCT customer_id) / size, 2), count(*), sum(net)
    FROM told JOIN sizes USING (cohort) GROUP BY cohort, size, month ORDER BY cohort, month
"""

ORDERS_BY_STATUS = f"""
    WITH {WHOLE}
    SELECT status, count(order_id), coalesce(sum(units), 0), coalesce(sum(cents), 0)
    FROM (VALUES (1, 'PENDING'), (2, 'CONFIRMED'), (3, 'SHIPPED'), (4, 'DELIVERED'), (5, 'CANCELLED'))
         AS known (place, status)
    LEFT JOIN told USING (status) GROUP BY place, status ORDER BY place
"""

ORDERS_BY_AGE = """
    WITH told AS (
        SELECT o.id, o.status, sum(i.quantity * i.unit_price_cents) AS cents, sum(i.quantity) AS units,
               (o.created_at AT TIME ZONE %(zone)s)::date AS day
        FROM orders o JOIN order_items i ON i.order_id = o.id
        WHERE o.status NOT IN ('DELIVERED', 'CANCELLED') GROUP BY o.id
    )
    SELECT known.status, age, count(id), coalesce(sum(units), 0), coalesce(sum(cents), 0), min(day)
    FROM (VALUES (1, 'PENDING'), (2, 'CONFIRMED'), (3, 'SHIPPED')) AS known (place, status)
    CROSS JOIN (VALUES ('today', -99999, 0), ('1 day', 1, 1), ('2-3 days', 2, 3), ('4-7 days', 4, 7),
                       ('8-14 days', 8, 14), ('15-30 days', 15, 30), ('over 30 days', 31, 99999))
         AS ages (age, least, most)
    LEFT JOIN told ON told.status = known.status AND %(today)s::date - day BETWEEN least AND most
    GROUP BY place, known.status, age, least ORDER BY place, least
"""

FULFILMENT = f"""
    WITH {ORDERS}, mine AS (
        SELECT *, {STEP.format("local_time")} AS step FROM asked
        WHERE NOT EXISTS (SELECT FROM events WHERE aggregateid = asked.id AND type = 'order.imported')
    ), took AS (
        SELECT step, 1 AS place, 'placed to confirmed' AS stage, confirmed_at - created_at AS time FROM mine
        UNION ALL SELECT step, 2, 'confirmed to shipped', shipped_at - confirmed_at FROM mine
        UNION ALL SELECT step, 3, 'shipped to delivered', delivered_at - shipped_at FROM mine
        UNION ALL SELECT step, 4, 'placed to delivered', delivered_at - created_at FROM mine
    ), whole AS (SELECT *, floor(extract(epoch FROM time)) AS seconds FROM took WHERE time IS NOT NULL)
    SELECT to_char(step, %(label)s), step::date, stage, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds),
           percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds), percentile_disc(0.99) WITHIN GROUP (ORDER BY seconds),
           max(seconds)
    FROM whole GROUP BY step, place, stage ORDER BY step, place
"""

CANCELLATIONS = f"""
    WITH {WHOLE}, gone AS (
        SELECT told.*, CASE WHEN e.id IS NULL THEN '(imported)'
                            ELSE coalesce(nullif(e.payload ->> 'reason_code', ''), '(none)') END AS reason_code
        FROM told
        LEFT JOIN events e ON e.aggregatetype = 'order' AND e.aggregateid = order_id AND e.type = 'order.cancelled'
        WHERE gone
    )
    SELECT reason_code, count(*), sum(units), sum(cents), {SHARE.format("count(*)")}
    FROM gone GROUP BY reason_code ORDER BY count(*) DESC, reason_code COLLATE "C"
"""

SHORT_CLOSES = f"""
    WITH {ORDERS}
    SELECT coalesce(nullif(reason_code, ''), '(none)') COLLATE "C" AS code, count(DISTINCT s.order_id),
           count(DISTINCT i.product_id), sum(s.quantity) AS units, sum(s.quantity * i.unit_price_cents),
           {SHARE.format("sum(s.quantity)")}
    FROM asked a JOIN short_closes s ON s.order_id = a.id JOIN order_items i ON i.id = s.item_id
    WHERE NOT gone GROUP BY code ORDER BY units DESC, code
"""

RETURNS = f"""
    WITH {ORDERS}
    SELECT coalesce(nullif(reason_code, ''), '(none)') COLLATE "C" AS code, count(DISTINCT r.order_id),
           count(DISTINCT i.product_id), sum(l.quantity) AS units,
           sum(CASE disposition WHEN 'restock' THEN l.quantity ELSE 0 END),
           sum(CASE disposition WHEN 'restock' THEN 0 ELSE l.quantity END),
           sum(l.quantity * i.unit_price_cents), {SHARE.format("sum(l.quantity)")}
    FROM asked a JOIN order_returns r ON r.order_id = a.id JOIN order_return_lines l ON l.return_id = r.id
    JOIN order_items i ON i.id = l.item_id
    WHERE r.received_at IS NOT NULL GROUP BY code ORDER BY units DESC, code
"""

PAYMENTS = f"""
    WITH came AS (
        SELECT {STEP.format("received_at AT TIME ZONE %(zone)s")} AS step, method, count(*) AS payments,
               sum(amount_cents) AS received
        FROM order_payments
        WHERE voided_at IS NULL AND received_at >= %(since)s::timestamptz AND received_at < %(until)s::timestamptz
        GROUP BY step, method
    ), went AS (
        SELECT {STEP.format("refunded_at AT TIME ZONE %(zone)s")} AS step, method, count(*) AS refunds,
               sum(r.amount_cents) AS refunded
        FROM order_refunds r JOIN order_payments p ON p.id = r.payment_id
        WHERE refunded_at >= %(since)s::timestamptz AND refunded_at < %(until)s::timestamptz
        GROUP BY step, method
    )
    SELECT to_char(step, %(label)s), step::date, method, coalesce(payments, 0), coalesce(received, 0),
           coalesce(refunds, 0), coalesce(refunded, 0), coalesce(received, 0) - coalesce(refunded, 0)
    FROM came FULL JOIN went USING (step, method) ORDER BY step, method COLLATE "C"
"""

OPEN_BALANCES = f"""
    WITH {ORDERS}, paid AS (
        SELECT order_id, sum(amount_cents) AS cents FROM order_payments WHERE voided_at IS NULL GROUP BY order_id
    ), refunded AS (SELECT order_id, sum(amount_cents) AS cents FROM order_refunds GROUP BY order_id), money AS (
        SELECT a.*, coalesce(paid.cents, 0) AS paid, coalesce(refunded.cents, 0) AS refunded,
               net - coalesce(paid.cents, 0) + coalesce(refunded.cents, 0) AS balance
        FROM asked a LEFT JOIN paid ON paid.order_id = a.id LEFT JOIN refunded ON refunded.order_id = a.id
    )
    SELECT 'SO-' || to_char(m.id, 'FM9999900000000'), status, payment_state, local_time::date,
           %(today)s::date - local_time::date, customer_id, email, net, paid, refunded, balance
    FROM money m JOIN customers c ON c.id = customer_id WHERE balance <> 0 ORDER BY balance DESC, m.id
"""

# What open orders hold of each product, and has not left.
SHELF = """
    gone AS (
        SELECT item_id, quantity FROM shipment_lines l JOIN shipments s ON s.id = l.shipment_id
        WHERE s.dispatched_at IS NOT NULL
        UNION ALL
        SELECT item_id, quantity FROM short_closes
    ), waiting AS (
        SELECT i.id, i.product_id, i.quantity FROM orders o JOIN order_items i ON i.order_id = o.id
        WHERE o.takes_stock AND o.status IN ('PENDING', 'CONFIRMED')
    ), shelf AS (
        SELECT p.*, p.stock_quantity AS available, coalesce(held.units, 0) AS reserved,
               p.stock_quantity + coalesce(held.units, 0) AS on_hand
        FROM products p LEFT JOIN (
            SELECT product_id, sum(units) AS units
            FROM (SELECT product_id, quantity AS units FROM waiting
                  UNION ALL SELECT product_id, -gone.quantity FROM waiting JOIN gone ON gone.item_id = waiting.id) each
            GROUP BY product_id
        ) held ON held.product_id = p.id
    )
"""

STOCK = f"""
    WITH {SHELF}
    SELECT id, sku, name, CASE WHEN NOT is_active THEN 'not on sale' WHEN available > reorder_level THEN 'enough'
                               ELSE 'low' END,
           available, reserved, on_hand, reorder_level, price_cents, on_hand * price_cents AS worth
    FROM shelf WHERE is_active OR on_hand <> 0 ORDER BY worth DESC, id
"""

LOW_STOCK = f"""
    WITH {SHELF}
    SELECT id, sku, name, available, reserved, on_hand, reorder_level, reorder_level - available AS missing
    FROM shelf WHERE is_active AND available <= reorder_level ORDER BY missing DESC, id
"""

# Of this moment, so that what lies there now is what the ledger must come to.
STOCK_AS_OF = f"""
    WITH {SHELF}
    SELECT id, sku, name, available, reserved, on_hand, price_cents, on_hand * price_cents AS worth
    FROM shelf WHERE id IN (SELECT product_id FROM stock_movements) ORDER BY worth DESC, id
"""

LEDGER = """
    WITH moved AS (
        SELECT m.*, sum(delta) OVER (ORDER BY sequence) AS stock
        FROM stock_movements m JOIN products p ON p.id = m.product_id WHERE p.sku = %(product)s
    ), told AS (
        SELECT 1 AS place, NULL AS sequence, NULL::timestamptz AS created_at, 'opening' AS kind, NULL AS order_id,
               NULL AS delta, coalesce(sum(delta), 0) AS stock, '' AS actor, '' AS reason
        FROM moved WHERE created_at < %(since)s::timestamptz
        UNION ALL
        SELECT 2, sequence, created_at, kind, order_id, delta, stock, actor, reason FROM moved
        WHERE created_at >= %(since)s::timestamptz AND created_at < %(until)s::timestamptz
        UNION ALL
        SELECT 3, NULL, NULL, 'closing', NULL, NULL, coalesce(sum(delta), 0), '', ''
        FROM moved WHERE created_at < %(until)s::timestamptz
    )
    SELECT sequence, created_at, kind, 'SO-' || to_char(order_id, 'FM9999900000000'), delta, stock, actor, reason
    FROM told ORDER BY place, sequence
"""

PLAIN = {
    "sales": SALES,
    "sales-trend": SALES_TREND,
    "products": PRODUCTS,
    "never-sold": NEVER_SOLD,
    "customers": CUSTOMERS,
    "new-customers": NEW_CUSTOMERS,
    "cohorts": COHORTS,
    "orders-by-status": ORDERS_BY_STATUS,
    "orders-by-age": ORDERS_BY_AGE,
    "fulfilment": FULFILMENT,
    "cancellations": CANCELLATIONS,
    "short-closes": SHORT_CLOSES,
    "returns": RETURNS,
    "payments": PAYMENTS,
    "open-balances": OPEN_BALANCES,
    "stock": STOCK,
    "low-stock": LOW_STOCK,
    "stock-as-of": STOCK_AS_OF,
    "ledger": LEDGER,
}
