"""Counting as far as anybody needs to know, so that the database need not count a big table."""

from typing import Any

MOST_COUNTED = 1_000


def capped_count(rows: Any) -> str:
    """How many rows a queryset has; beyond a thousand, 1,000+."""
    found = rows.order_by()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED:,}+" if found > MOST_COUNTED else f"{found:,}"
