"""Turns the database's refusals into errors a caller understands, by SQLSTATE and the name of the constraint.

SQLSTATE: PostgreSQL documentation, appendix A.
"""

from typing import Any

from django.apps import apps
from django.db import DataError, Error, InterfaceError, OperationalError
from django.db.models import UniqueConstraint

from common.errors import Busy, Conflict, DomainError, Duplicate, FieldError, InvalidInput

DEADLOCK, SERIALIZATION_FAILURE = "40P01", "40001"
LOCK_TIMEOUT = "55P03"
UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION = "23505", "23503"

CONTENDED = "Too many changes to the same records at this moment."
TOO_LONG = "It took too long and was given up."
AWAY = "The database is not reachable at this moment."
# Beginnings of the states in which the transaction is gone and asking again may succeed, and why.
BUSY = {
    DEADLOCK: CONTENDED,
    SERIALIZATION_FAILURE: CONTENDED,
    "55": CONTENDED,
    "57014": TOO_LONG,
    "25P03": TOO_LONG,
    "25P04": TOO_LONG,
    "25006": AWAY,  # a standby took its place, or it is one
    "57": AWAY,
    "53": AWAY,
    "08": AWAY,
}


def sqlstate(error: BaseException) -> str:
    """The five-character code of a database error, or an empty string when the connection was lost."""
    return getattr(error.__cause__, "sqlstate", None) or getattr(error, "sqlstate", None) or ""


def explain(error: Error) -> DomainError | None:
    """The error a caller gets for this refusal, or None when it is a fault of ours (a 500)."""
    state = sqlstate(error)
    if not state:
        return _explain_the_drivers(error)
    if why := next((why for beginning, why in BUSY.items() if state.startswith(beginning)), None):
        return Busy(why)
    if state == UNIQUE_VIOLATION:
        return _duplicate(_constraint(error))
    if state == FOREIGN_KEY_VIOLATION:
        return Conflict("It refers to something that does not exist, or is still referred to.")
    if state[:2] in ("22", "23"):
        return InvalidInput(f"The database refused a value ({_constraint(error) or state}).")
    return None


def in_a_line(error: DomainError | Error) -> str:
    """What was refused, and where; of a database that is away also why, which only its operator need know."""
    refusal = error if isinstance(error, DomainError) else explain(error)
    of_database = error.__cause__ if isinstance(error, DomainError) else error
    why = str(of_database).strip().partition("\n")[0]
    if refusal is None:
        return why
    faults = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in refusal.errors)
    return f"{refusal.detail} {why if refusal.detail == AWAY else faults}".strip()


def _explain_the_drivers(error: Error) -> DomainError | None:
    """Of what did not come to the database, or not back from it."""
    if isinstance(error, DataError):
        return InvalidInput("A value cannot be stored.")
    return Busy(AWAY) if isinstance(error, OperationalError | InterfaceError) else None


def _constraint(error: Error) -> str:
    diag = getattr(error.__cause__, "diag", None)
    return getattr(diag, "constraint_name", None) or ""


def _duplicate(name: str) -> Duplicate:
    field = _unique_field(name)
    if field is None:
        return Duplicate("Such a record exists already.")
    detail = f"Another record has this {field}."
    return Duplicate(detail, errors=[FieldError(f"/{field}", "duplicate", detail)])


def _unique_field(name: str) -> str | None:
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and constraint.name == name:
                return next(iter(constraint.fields), None) or _first_column(constraint)
    return None


def _first_column(constraint: UniqueConstraint) -> str | None:
    """The column of a constraint over an expression, such as lower(email)."""
    expression: Any = constraint.expressions[0]
    columns = (getattr(source, "name", None) for source in expression.get_source_expressions())
    return next(columns, None)
