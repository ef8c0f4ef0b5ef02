"""Gives what had left before there were shipments one that holds everything, and guards all from here on."""

from typing import Any

from django.db import migrations, models

from accounts.roles import grant
from orders.permissions import GRANTS

# Orders that came SHIPPED or DELIVERED from another system have no times; neither have their shipments then.
IMPLIED = """
UPDATE orders SET fulfilment_state = 'complete' WHERE status IN ('SHIPPED', 'DELIVERED');
INSERT INTO shipments (order_id, status, dispatched_at, delivered_at)
SELECT id, CASE status WHEN 'SHIPPED' THEN 'dispatched' ELSE 'delivered' END, shipped_at, delivered_at
FROM orders WHERE status IN ('SHIPPED', 'DELIVERED') ORDER BY id;
INSERT INTO shipment_lines (shipment_id, item_id, quantity)
SELECT s.id, i.id, i.quantity FROM shipments s JOIN order_items i ON i.order_id = s.order_id ORDER BY s.id, i.id;
-- The tables are altered below, which checks that wait for COMMIT would forbid.
SET CONSTRAINTS ALL IMMEDIATE;
"""
NOT_IMPLIED = """
DELETE FROM shipment_lines;
DELETE FROM short_closes;
DELETE FROM shipments;
SET CONSTRAINTS ALL IMMEDIATE;
"""

GUARD = """
CREATE FUNCTION shipments_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('prepared', 'dispatched'), ('prepared', 'voided'), ('dispatched', 'delivered')
    ) THEN
        RAISE EXCEPTION 'a shipment does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'shipments_status_transition';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER shipments_guard BEFORE UPDATE OF status ON shipments FOR EACH ROW EXECUTE FUNCTION shipments_guard();
"""
NO_GUARD = """
DROP TRIGGER shipments_guard ON shipments;
DROP FUNCTION shipments_guard();
"""


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("orders", "order", GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("orders", "0009_shipments"), ("products", "0006_short_close")]

    operations = [
        migrations.RunSQL(IMPLIED, NOT_IMPLIED),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fulfilment_state", "complete"), ("status__in", ["SHIPPED", "DELIVERED"])),
                    models.Q(("fulfilment_state", "partial"), ("status", "CONFIRMED")),
                    models.Q(
                        ("fulfilment_state", "none"), models.Q(("status__in", ["SHIPPED", "DELIVERED"]), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="orders_fulfilment_fits_status",
            ),
        ),
        migrations.RunSQL(GUARD, NO_GUARD),
        migrations.RunPython(grant_to_roles, migrations.RunPython.noop),
    ]
