"""What is always true of products and of the ledger that explains their stock."""

from common.invariants import Count, Invariant, only
from events.invariants import told_in_events
from products.models import AGGREGATE

COUNTS = (
    Count("products", AGGREGATE, f"SELECT count(*) FROM products WHERE {only('id')}"),
    Count("movements", AGGREGATE, f"SELECT count(*) FROM stock_movements WHERE {only('product_id')}"),
)

LEDGER = (
    Invariant(
        "stock_is_ledger_sum",
        "A product's stock is the sum of everything its ledger added and took away.",
        AGGREGATE,
        f"""
        SELECT p.id AS product_id, p.stock_quantity, coalesce(ledger.total, 0) AS ledger_sum
        FROM products p
        LEFT JOIN (
            SELECT product_id, sum(delta) AS total FROM stock_movements WHERE {only("product_id")} GROUP BY product_id
        ) ledger ON ledger.product_id = p.id
        WHERE {only("p.id")} AND p.stock_quantity <> coalesce(ledger.total, 0)
        """,
    ),
    Invariant(
        "stock_is_last_balance",
        "A product's stock is the balance on the last row of its ledger.",
        AGGREGATE,
        f"""
        SELECT p.id AS product_id, p.stock_quantity, last.balance AS last_balance, last.sequence
        FROM products p
        JOIN (
            SELECT DISTINCT ON (product_id) product_id, sequence, balance
            FROM stock_movements WHERE {only("product_id")} ORDER BY product_id, sequence DESC
        ) last ON last.product_id = p.id
        WHERE p.stock_quantity <> last.balance
        """,
    ),
    Invariant(
        "ledger_is_gapless",
        "The ledger rows of a product are numbered 1, 2, 3 … up to as many as the product says it has.",
        AGGREGATE,
        f"""
        SELECT p.id AS product_id, p.stock_seq, ledger.rows, ledger.last
        FROM products p
        LEFT JOIN (
            SELECT product_id, count(*) AS rows, min(sequence) AS first, max(sequence) AS last
            FROM stock_movements WHERE {only("product_id")} GROUP BY product_id
        ) ledger ON ledger.product_id = p.id
        WHERE {only("p.id")}
          AND (coalesce(ledger.rows, 0) <> p.stock_seq OR ledger.first <> 1 OR ledger.last <> p.stock_seq)
        """,
    ),
    Invariant(
        "ledger_balance_follows",
        "Each ledger row's balance is that of the row before it, plus its own change.",
        AGGREGATE,
        f"""
        SELECT product_id, sequence, before, delta, balance
        FROM (
            SELECT product_id, sequence, delta, balance,
                   lag(balance, 1, 0::bigint) OVER (PARTITION BY product_id ORDER BY sequence) AS before
            FROM stock_movements WHERE {only("product_id")}
        ) ledger
        WHERE balance <> before + delta
        """,
    ),
    Invariant(
        "ledger_never_below_zero",
        "No ledger row ever left less than nothing.",
        AGGREGATE,
        f"SELECT product_id, sequence, balance FROM stock_movements WHERE balance < 0 AND {only('product_id')}",
    ),
    Invariant(
        "ledger_has_first_row",
        "Every product has the ledger row it began with.",
        AGGREGATE,
        f"""
        SELECT p.id AS product_id FROM products p
        WHERE {only("p.id")}
          AND NOT EXISTS (SELECT FROM stock_movements m WHERE m.product_id = p.id AND m.sequence = 1)
        """,
    ),
    Invariant(
        "movement_has_product",
        "Every ledger row is about a product that exists.",
        AGGREGATE,
        f"""
        SELECT m.product_id, m.sequence, m.delta FROM stock_movements m
        WHERE {only("m.product_id")} AND NOT EXISTS (SELECT FROM products p WHERE p.id = m.product_id)
        """,
    ),
)

CATALOGUE = Invariant(
    "product_is_what_events_say",
    "What the catalogue says of a product is what its events say.",
    AGGREGATE,
    f"""
    WITH told AS (
        SELECT DISTINCT ON (e.aggregateid, change.key)
               e.aggregateid AS id, change.key AS name, e.version, change.value -> 1 AS value
        FROM events e CROSS JOIN LATERAL jsonb_each(e.payload) AS change
        WHERE e.aggregatetype = 'product' AND e.type IN ('product.created', 'product.changed')
          AND {only("e.aggregateid")}
        ORDER BY e.aggregateid, change.key, e.version DESC
    ), kept AS (
        SELECT p.id, field.name, field.value
        FROM products p
        CROSS JOIN LATERAL (
            VALUES ('sku', to_jsonb(p.sku)), ('name', to_jsonb(p.name)), ('description', to_jsonb(p.description)),
                   ('price_cents', to_jsonb(p.price_cents)), ('reorder_level', to_jsonb(p.reorder_level)),
                   ('is_active', to_jsonb(p.is_active))
        ) AS field (name, value)
        WHERE {only("p.id")}
    )
    SELECT kept.id AS product_id, kept.name AS field, kept.value AS stored, told.value AS told, told.version
    FROM kept LEFT JOIN told USING (id, name)
    WHERE kept.value IS DISTINCT FROM told.value
    """,
)

INVARIANTS = (*LEDGER, *told_in_events(AGGREGATE, "products"), CATALOGUE)
