"""The database's own proof, at every commit, that a product's stock is what its ledger says."""

from django.db import migrations

# Deferred, because counter and ledger row cannot be written at the same instant. Composite foreign keys in place of
# this let a rolled-back counter and an orphaned ledger row commit.
BALANCE = """
CREATE FUNCTION products_require_ledger(product bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    head record;
BEGIN
    SELECT p.stock_quantity, p.stock_seq, m.balance,
           EXISTS (SELECT FROM stock_movements later
                   WHERE later.product_id = p.id AND later.sequence > p.stock_seq) AS is_behind
      INTO head
      FROM products p LEFT JOIN stock_movements m ON m.product_id = p.id AND m.sequence = p.stock_seq
     WHERE p.id = product;
    IF FOUND AND (head.balance IS DISTINCT FROM head.stock_quantity OR head.is_behind) THEN
        RAISE EXCEPTION 'stock of product % is not what its ledger says', product
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'products_stock_is_ledger';
    END IF;
END $$;

CREATE FUNCTION products_guard_stock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bigint := 0;
BEGIN
    IF TG_TABLE_NAME = 'products' THEN
        PERFORM products_require_ledger(NEW.id);
        RETURN NULL;
    END IF;
    IF NEW.sequence > 1 THEN
        SELECT balance INTO before FROM stock_movements
         WHERE product_id = NEW.product_id AND sequence = NEW.sequence - 1;
    END IF;
    IF before IS NULL OR NEW.balance <> before + NEW.delta THEN
        RAISE EXCEPTION 'ledger row % of product % does not follow from the one before', NEW.sequence, NEW.product_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'stock_movements_balance_follows';
    END IF;
    PERFORM products_require_ledger(NEW.product_id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER products_guard_stock
    AFTER INSERT OR UPDATE OF stock_quantity, stock_seq ON products
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION products_guard_stock();
CREATE CONSTRAINT TRIGGER stock_movements_guard_stock
    AFTER INSERT ON stock_movements
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION products_guard_stock();
"""
NO_BALANCE = """
DROP TRIGGER stock_movements_guard_stock ON stock_movements;
DROP TRIGGER products_guard_stock ON products;
DROP FUNCTION products_guard_stock();
DROP FUNCTION products_require_ledger(bigint);
"""

APPEND_ONLY = """
CREATE FUNCTION stock_movements_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger rows are never changed or deleted'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'stock_movements_append_only';
END $$;
CREATE TRIGGER stock_movements_refuse_change BEFORE UPDATE OR DELETE ON stock_movements
    FOR EACH STATEMENT EXECUTE FUNCTION stock_movements_refuse_change();
"""
NO_APPEND_ONLY = """
DROP TRIGGER stock_movements_refuse_change ON stock_movements;
DROP FUNCTION stock_movements_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("products", "0001_initial")]

    operations = [
        migrations.RunSQL(BALANCE, NO_BALANCE),
        migrations.RunSQL(APPEND_ONLY, NO_APPEND_ONLY),
    ]
