"""An order says of which it is placed once more, and never says otherwise."""

import django.db.models.deletion
from django.db import migrations, models

GUARD = """
CREATE FUNCTION orders_guard_duplicate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'which order is placed once more is decided when it is written'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_duplicate_of_immutable';
END $$;
CREATE TRIGGER orders_guard_duplicate BEFORE UPDATE OF duplicate_of_id ON orders
    FOR EACH ROW WHEN (NEW.duplicate_of_id IS DISTINCT FROM OLD.duplicate_of_id)
    EXECUTE FUNCTION orders_guard_duplicate();
"""
NO_GUARD = """
DROP TRIGGER orders_guard_duplicate ON orders;
DROP FUNCTION orders_guard_duplicate();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0007_groups_and_merging"),
        ("orders", "0010_implied_shipments"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="duplicate_of",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duplicates",
                to="orders.order",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("duplicate_of__isnull", False)),
                fields=["duplicate_of"],
                name="orders_duplicate_of",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("duplicate_of__lt", models.F("id"))), name="orders_duplicate_is_newer"
            ),
        ),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
