"""Rollups know what was short-closed and what came back."""

from django.db import migrations, models

# The worker begins anew, for what is kept says nothing of the new figures. Its place goes first and waits for the batch
# that holds it; until it has caught up, reports add the events themselves.
BEGIN_ANEW = """
DELETE FROM event_cursors WHERE consumer = 'sales-rollups';
TRUNCATE sales_quarters, sales_days, product_months, product_totals;
"""
KEPT = ("productmonth", "producttotal", "salesday", "salesquarter")
FIELDS = {
    "units": models.BigIntegerField(default=0),
    "cents": models.DecimalField(decimal_places=0, max_digits=40, default=0),
}


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0005_permission_of_returns"),
        ("events", "0003_permissions"),
    ]

    operations = [
        migrations.RunSQL(BEGIN_ANEW, migrations.RunSQL.noop),
        *(
            migrations.AddField(model, f"{what}_{unit}", field, preserve_default=False)
            for model in KEPT
            for what in ("short_closed", "returned")
            for unit, field in FIELDS.items()
        ),
    ]
