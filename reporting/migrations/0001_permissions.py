"""Gives the roles the reports that are for them."""

from typing import Any

from django.db import migrations, models

from accounts.roles import grant
from reporting.permissions import GRANTS


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("reporting", "report", GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
            ],
            options={"managed": False, "default_permissions": ()},
        ),
        migrations.RunPython(grant_to_roles, migrations.RunPython.noop),
    ]
