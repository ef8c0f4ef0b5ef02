"""Gives the roles what they may do with customers."""

from typing import Any

from django.db import migrations

from accounts.roles import grant
from customers.permissions import GRANTS


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("customers", "customer", GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_initial"),
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant_to_roles, migrations.RunPython.noop)]
