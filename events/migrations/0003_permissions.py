"""Lets a manager read the event log."""

from typing import Any

from django.db import migrations

from accounts.roles import grant
from events.permissions import GRANTS


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("events", "event", GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_append_only"),
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions("event", {"default_permissions": ("view",)}),
        migrations.RunPython(grant_to_roles, migrations.RunPython.noop),
    ]
