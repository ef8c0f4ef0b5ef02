"""Status moves that the table of transitions does not know are refused by the database, raw SQL included."""

from django.db import migrations

GUARD = """
CREATE FUNCTION orders_guard_header() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.takes_stock <> OLD.takes_stock THEN
        RAISE EXCEPTION 'whether an order takes stock is decided when it is written'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_takes_stock_immutable';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('PENDING', 'CONFIRMED'), ('PENDING', 'CANCELLED'),
        ('CONFIRMED', 'SHIPPED'), ('CONFIRMED', 'CANCELLED'),
        ('SHIPPED', 'DELIVERED')
    ) THEN
        RAISE EXCEPTION 'an order does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_status_transition';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER orders_guard_header BEFORE UPDATE OF status, takes_stock ON orders
    FOR EACH ROW EXECUTE FUNCTION orders_guard_header();
"""
NO_GUARD = """
DROP TRIGGER orders_guard_header ON orders;
DROP FUNCTION orders_guard_header();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, NO_GUARD)]
