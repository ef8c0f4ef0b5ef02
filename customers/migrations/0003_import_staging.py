"""Where the rows of an import wait. Nothing there needs to outlive a crash, so it is kept out of the log of the server."""

from django.db import migrations, models

UNLOGGED = """
ALTER TABLE customer_import_rows SET UNLOGGED;
ALTER TABLE customer_import_groups SET UNLOGGED;
-- Statistics of earlier runs would have the planner believe that a new run has no rows.
ALTER TABLE customer_import_rows ALTER COLUMN run SET STATISTICS 0, ALTER COLUMN key SET STATISTICS 0;
ALTER TABLE customer_import_groups ALTER COLUMN run SET STATISTICS 0, ALTER COLUMN key SET STATISTICS 0;
"""
LOGGED = """
ALTER TABLE customer_import_rows SET LOGGED;
ALTER TABLE customer_import_groups SET LOGGED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_permissions"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerImportGroup",
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
                "db_table": "customer_import_groups",
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["run", "first_row"], name="customerimportgroup_first_row")],
            },
        ),
        migrations.CreateModel(
            name="CustomerImportRow",
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
                ("email", models.TextField(null=True)),
                ("first_name", models.TextField(null=True)),
                ("last_name", models.TextField(null=True)),
                ("phone", models.TextField(null=True)),
            ],
            options={
                "db_table": "customer_import_rows",
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["run", "key"], name="customerimportrow_key")],
            },
        ),
        migrations.RunSQL(UNLOGGED, LOGGED),
    ]
