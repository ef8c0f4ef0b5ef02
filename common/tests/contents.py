"""What the database holds, to see that a refused act changed nothing."""

from functools import cache

from django.apps import apps
from django.db import connection

# Signing in touches these; nothing of the business stands in them.
NOT_BUSINESS = ("admin", "auth", "contenttypes", "sessions")
TOUCHED = ["last_login", "last_used_at"]


def contents() -> list[tuple[str, str]]:
    """Every row of every table of the business, as text after the name of its table."""
    with connection.cursor() as cursor:
        cursor.execute(everything(), {"touched": TOUCHED})
        return sorted(cursor.fetchall())


@cache
def everything() -> str:
    """One statement for all tables: it is asked twice in every other test."""
    tables = [m._meta.db_table for m in apps.get_models() if m._meta.app_label not in NOT_BUSINESS and m._meta.managed]
    return " UNION ALL ".join(
        f"SELECT '{table}', (to_jsonb(t) - %(touched)s::text[])::text FROM {connection.ops.quote_name(table)} t"
        for table in tables
    )
