"""Reading what a statement of our own returns."""

from typing import Any

from django.db.backends.utils import CursorWrapper


def one(cursor: CursorWrapper) -> tuple[Any, ...]:
    """The row of a statement that returns exactly one."""
    row: tuple[Any, ...] | None = cursor.fetchone()
    assert row is not None, "the statement returned no row"
    return row
