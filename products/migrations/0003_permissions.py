"""Gives the roles what they may do with products."""

from typing import Any

from django.db import migrations

from accounts.roles import grant
from products.permissions import GRANTS


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("products", "product", GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0002_ledger_guards"),
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant_to_roles, migrations.RunPython.noop)]
