"""Attacks on the database with SQL of one's own, past every service."""

from typing import Any

import pytest
from django.db import Error, connection, transaction


def refusal(statements: str) -> str:
    """The constraint by which the database refuses these statements as one transaction.

    Guards that wait for COMMIT are asked at the end. Where PostgreSQL names no constraint, or Django makes its
    name up, it is the SQLSTATE.
    """
    with pytest.raises(Error) as refused, transaction.atomic():
        attack(statements)
    diagnosis: Any = refused.value.__cause__.diag  # type: ignore[union-attr]
    name, state = diagnosis.constraint_name, diagnosis.sqlstate
    return str(state if name is None or state == "23503" else name)


def attack(statements: str) -> None:
    """Run the statements, separated by semicolons, and ask the guards that wait for COMMIT."""
    with connection.cursor() as cursor:
        for statement in [*statements.split(";"), "SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"]:
            cursor.execute(statement)
