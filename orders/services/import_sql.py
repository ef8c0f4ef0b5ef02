"""The statements that judge the staged lines of a batch of orders and write what is good."""

# The lines of the batch.
STAGED = """
    unnest(%(first_rows)s::bigint[], %(keys)s::text[]) AS g (first_row, key)
    CROSS JOIN LATERAL (SELECT * FROM order_import_rows WHERE run = %(run)s AND key = g.key OFFSET 0) l
"""

MENTIONED = f"""
    SELECT array_agg(DISTINCT lower(l.email)), array_agg(DISTINCT l.sku) FILTER (WHERE l.status = ANY(%(taking)s))
    FROM {STAGED}
"""

# Every line with the code for which it is rejected, if it is. What the first good line of an order says (its
# customer, its status; for each product its price) holds for the order; lines that say otherwise are rejected.
# Orders that exist already are not looked at. What is good is said by a boolean: of IS NULL the planner expects next
# to nothing, and then joins the lines to their orders by comparing each with each.
JUDGED = f"""
    line AS MATERIALIZED (
        SELECT g.first_row, g.key, l.row, l.quantity, l.unit_price_cents, l.created_at, l.status,
               customer.id AS customer_id, p.id AS product_id, p.sku, p.name,
               CASE WHEN customer.id IS NULL THEN 'unknown_customer'
                    WHEN p.id IS NULL THEN 'unknown_product' END AS code
        FROM {STAGED}
        LEFT JOIN unnest(%(emails)s::text[], %(customers)s::bigint[]) AS customer (email, id)
               ON customer.email = lower(l.email)
        LEFT JOIN products p ON p.sku = l.sku
        WHERE NOT EXISTS (SELECT FROM orders o WHERE o.external_ref = g.key)
    ), of_order AS (
        SELECT *, coalesce(code, CASE WHEN customer_id <> first_value(customer_id) OVER good THEN 'customer_conflict'
                                      WHEN status <> first_value(status) OVER good THEN 'status_conflict'
                                 END) AS code_of_order
        FROM line WINDOW good AS (PARTITION BY first_row ORDER BY code NULLS FIRST, row)
    ), of_product AS (
        SELECT *, coalesce(code_of_order,
                           CASE WHEN unit_price_cents <> first_value(unit_price_cents) OVER good
                                THEN 'price_conflict' END) AS code_of_product
        FROM of_order
        WINDOW good AS (PARTITION BY first_row, product_id ORDER BY code_of_order NULLS FIRST, row)
    ), of_sum AS (
        SELECT *, coalesce(code_of_product,
                           CASE WHEN sum(quantity) FILTER (WHERE code_of_product IS NULL)
                                     OVER (PARTITION BY first_row, product_id) > %(most_quantity)s
                                THEN 'quantity_too_large' END) AS code_of_sum
        FROM of_product
    ), judged AS MATERIALIZED (
        SELECT first_row, key, row, quantity, unit_price_cents, created_at, status, customer_id, product_id, sku, name,
               code_of_sum, code_of_sum IS NULL AS is_good
        FROM of_sum
    ), merged AS MATERIALIZED (
        SELECT first_row, key, customer_id, status, product_id, sku, name, unit_price_cents,
               min(row) AS row, sum(quantity) AS quantity, min(created_at) AS created_at
        FROM judged WHERE is_good
        GROUP BY first_row, key, customer_id, status, product_id, sku, name, unit_price_cents
    )
"""

DEMAND = f"""
    WITH {JUDGED}
    SELECT first_row, array_agg(product_id), array_agg(quantity)
    FROM merged WHERE status = ANY(%(taking)s) GROUP BY first_row ORDER BY first_row
"""

WRITE = f"""
    WITH {JUDGED}, summed AS (
        SELECT first_row, key, customer_id, status, sum(quantity::numeric * unit_price_cents) AS total_cents,
               coalesce(min(created_at), statement_timestamp()) AS created_at,
               CASE WHEN count(*) > %(most_lines)s THEN 'too_many_lines'
                    WHEN sum(quantity::numeric * unit_price_cents) > %(most_total)s THEN 'total_too_large'
                    WHEN first_row = ANY(%(short)s::bigint[]) THEN 'insufficient_stock' END AS refusal
        FROM merged GROUP BY first_row, key, customer_id, status
    ), header AS MATERIALIZED (
        SELECT *, refusal IS NULL AS is_good FROM summed
    ), made AS (
        INSERT INTO orders (customer_id, status, fulfilment_state, total_cents, paid_cents, external_ref, takes_stock,
                            version, created_at)
        SELECT customer_id, status, CASE WHEN status = ANY(%(gone)s) THEN 'complete' ELSE 'none' END, total_cents,
               CASE WHEN status = ANY(%(paid)s) THEN total_cents ELSE 0 END, key, status = ANY(%(taking)s),
               1, created_at
        FROM header WHERE is_good ORDER BY first_row
        ON CONFLICT (external_ref) DO NOTHING
        RETURNING id, external_ref, status, paid_cents, created_at
    ), items AS (
        INSERT INTO order_items (order_id, product_id, sku, name, quantity, unit_price_cents)
        SELECT made.id, product_id, sku, name, quantity, unit_price_cents
        FROM made JOIN merged ON merged.key = made.external_ref ORDER BY made.id, row
        RETURNING id, order_id, quantity
    ), parcels AS (
        -- What has left, left in one parcel, as far as anybody knows; when, nobody knows.
        INSERT INTO shipments (order_id, status)
        SELECT id, CASE status WHEN 'DELIVERED' THEN 'delivered' ELSE 'dispatched' END
        FROM made WHERE status = ANY(%(gone)s) ORDER BY id
        RETURNING id, order_id
    ), packed AS (
        INSERT INTO shipment_lines (shipment_id, item_id, quantity)
        SELECT parcels.id, items.id, items.quantity FROM parcels JOIN items USING (order_id) ORDER BY 1, 2
    ), payments AS (
        INSERT INTO order_payments (order_id, method, reference, amount_cents, received_at, recorded_at, recorded_by,
                                    void_reason)
        SELECT id, %(paid_by)s, '', paid_cents, created_at, statement_timestamp(), %(actor)s, ''
        FROM made WHERE paid_cents > 0 ORDER BY id
    )
    SELECT 'order', id, NULL FROM made
    UNION ALL
    SELECT 'row', row, code_of_sum FROM judged WHERE NOT is_good
    UNION ALL
    -- Not refused and yet not made: it exists, perhaps since a moment ago, through somebody else.
    SELECT 'group', g.first_row, coalesce(header.refusal, 'skipped')
    FROM unnest(%(first_rows)s::bigint[], %(keys)s::text[]) AS g (first_row, key)
    LEFT JOIN header USING (first_row)
    LEFT JOIN made ON made.external_ref = g.key
    WHERE made.id IS NULL
"""

TAKEN = """
    SELECT i.product_id, -i.quantity, i.order_id
    FROM order_items i JOIN orders o ON o.id = i.order_id
    WHERE i.order_id = ANY(%s) AND o.takes_stock
    ORDER BY i.order_id, i.id
"""

# What `header_of` says of a placed order, and the payment that came with it, if one did.
PAYLOADS = """
    SELECT o.id,
           jsonb_build_object(
               'number', 'SO-' || lpad(o.id::text, greatest(8, length(o.id::text)), '0'),
               'customer_id', o.customer_id, 'status', o.status, 'external_ref', o.external_ref,
               'duplicate_of', o.duplicate_of_id, 'exchange_for', o.exchange_for_id,
               'takes_stock', o.takes_stock, 'total_cents', o.total_cents,
               'created_at', o.created_at, 'items', lines.items)
           || coalesce(paid.payments, '{}'),
           NULL::jsonb
    FROM orders o
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('product_id', product_id, 'sku', sku, 'name', name, 'quantity', quantity,
                                            'unit_price_cents', unit_price_cents) ORDER BY id) AS items
        FROM order_items WHERE order_id = o.id
    ) lines
    LEFT JOIN LATERAL (
        SELECT jsonb_build_object('payments', jsonb_agg(jsonb_build_object(
                   'payment_id', id, 'method', method, 'reference', reference, 'amount_cents', amount_cents,
                   'received_at', received_at, 'recorded_at', recorded_at))) AS payments
        FROM order_payments WHERE order_id = o.id HAVING count(*) > 0
    ) paid ON true
    WHERE o.id = ANY(%s)
"""
