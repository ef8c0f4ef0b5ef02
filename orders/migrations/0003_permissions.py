"""Gives the roles what they may do with orders."""

from typing import Any

from django.db import migrations

from accounts.roles import grant
from orders.permissions import GRANTS


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("orders", "order", GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_status_guard"),
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant_to_roles, migrations.RunPython.noop)]
