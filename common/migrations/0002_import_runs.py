"""Where the rows of an import wait. Nothing there needs to outlive a crash, so it is kept out of the log of the server."""

import django.db.models.functions.datetime
from django.db import migrations, models

UNLOGGED = """
ALTER TABLE import_runs SET UNLOGGED;
"""
LOGGED = """
ALTER TABLE import_runs SET LOGGED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("target", models.CharField(max_length=60)),
                ("abandoned", models.BooleanField(default=False)),
                ("touched_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "import_runs",
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(UNLOGGED, LOGGED),
    ]
