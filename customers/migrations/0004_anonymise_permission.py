"""Lets a manager anonymise customers."""

from typing import Any

from django.db import migrations

from accounts.roles import grant
from customers.permissions import GRANTS


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("customers", "customer", GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_import_staging")]

    operations = [
        migrations.AlterModelOptions(
            "customer",
            {
                "default_permissions": ("view", "add", "change"),
                "ordering": ["-id"],
                "permissions": [("anonymise_customer", "Can anonymise customers")],
            },
        ),
        migrations.RunPython(grant_to_roles, migrations.RunPython.noop),
    ]
