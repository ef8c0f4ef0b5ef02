"""Gives the roles the report on what came back."""

from typing import Any

from django.db import migrations

from accounts.roles import grant
from reporting.permissions import GRANTS


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("reporting", "report", GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("reporting", "0004_permission_of_short_closes"), ("orders", "0012_returns")]

    operations = [migrations.RunPython(grant_to_roles, migrations.RunPython.noop)]
