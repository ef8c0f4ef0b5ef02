"""What the database holds, to see that a refused act changed nothing."""

from django.apps import apps
from django.db import connection

# Signing in touches these; nothing of the business stands in them.
NOT_BUSINESS = ("admin", "auth", "contenttypes", "sessions")
TOUCHED = ["last_login", "last_used_at"]


def contents() -> dict[str, list[str]]:
    """Every row of every table of the business, as text."""
    tables = [m._meta.db_table for m in apps.get_models() if m._meta.app_label not in NOT_BUSINESS and m._meta.managed]
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(
                f"SELECT (to_jsonb(t) - %s::text[])::text FROM {connection.ops.quote_name(table)} t ORDER BY 1",
                [TOUCHED],
            )
            found[table] = [text for (text,) in cursor.fetchall()]
    return found
