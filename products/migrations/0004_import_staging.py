"""Where the rows of an import wait. Nothing there needs to outlive a crash, so it is kept out of the log of the server."""

from django.db import migrations, models

UNLOGGED = """
ALTER TABLE product_import_rows SET UNLOGGED;
ALTER TABLE product_import_groups SET UNLOGGED;
-- Statistics of earlier runs would have the planner believe that a new run has no rows.
ALTER TABLE product_import_rows ALTER COLUMN run SET STATISTICS 0, ALTER COLUMN key SET STATISTICS 0;
ALTER TABLE product_import_groups ALTER COLUMN run SET STATISTICS 0, ALTER COLUMN key SET STATISTICS 0;
"""
LOGGED = """
ALTER TABLE product_import_rows SET LOGGED;
ALTER TABLE product_import_groups SET LOGGED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0003_permissions"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductImportGroup",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("run", models.UUIDField()),
                ("key", models.TextField()),
                ("first_row", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("best_rank", models.SmallIntegerField()),
                ("best_row", models.BigIntegerField()),
                ("outcome", models.TextField(null=True)),
            ],
            options={
                "db_table": "product_import_groups",
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["run", "first_row"], name="productimportgroup_first_row")],
            },
        ),
        migrations.CreateModel(
            name="ProductImportRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run", "row", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("run", models.UUIDField()),
                ("row", models.BigIntegerField()),
                ("key", models.TextField(null=True)),
                ("rank", models.SmallIntegerField(default=0)),
                ("code", models.TextField(null=True)),
                ("name", models.TextField(null=True)),
                ("description", models.TextField(null=True)),
                ("price_cents", models.BigIntegerField(null=True)),
                ("stock_quantity", models.BigIntegerField(null=True)),
                ("reorder_level", models.BigIntegerField(null=True)),
                ("is_active", models.BooleanField(null=True)),
            ],
            options={
                "db_table": "product_import_rows",
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["run", "key"], name="productimportrow_key")],
            },
        ),
        migrations.RunSQL(UNLOGGED, LOGGED),
    ]
