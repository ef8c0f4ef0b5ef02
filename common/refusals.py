"""Turns the database's refusals into errors a caller understands, by SQLSTATE and the name of the constraint.

SQLSTATE: PostgreSQL documentation, appendix A.
"""

from typing import Any

from django.apps import apps
from django.db import DataError, Error, IntegrityError
from django.db.models import UniqueConstraint

from common.errors import Busy, Conflict, DomainError, Duplicate, FieldError, InvalidInput

DEADLOCK, SERIALIZATION_FAILURE = "40P01", "40001"
LOCK_TIMEOUT = "55P03"
UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION = "23505", "23503"
# Time-outs, lost connections, a server that stops or starts: the transaction is gone, asking again may succeed.
BUSY_CLASSES = ("08", "53", "55", "57", "25")


def sqlstate(error: BaseException) -> str:
    """The five-character code of a database error, or an empty string when the connection was lost."""
    return getattr(error.__cause__, "sqlstate", None) or getattr(error, "sqlstate", None) or ""


def explain(error: Error) -> DomainError | None:
    """The error a caller gets for this refusal, or None when it is a fault of ours (a 500)."""
    state = sqlstate(error)
    if not state and isinstance(error, DataError):
        return InvalidInput("A value cannot be stored.")  # the driver refused it before the database could
    if not state and not isinstance(error, IntegrityError):
        return Busy("The database is not reachable at this moment.") if _connection_lost(error) else None
    if state in (DEADLOCK, SERIALIZATION_FAILURE) or state[:2] in BUSY_CLASSES:
        return Busy("Too many changes to the same records at this moment.")
    if state == UNIQUE_VIOLATION:
        return _duplicate(_constraint(error))
    if state == FOREIGN_KEY_VIOLATION:
        return Conflict("It refers to something that does not exist, or is still referred to.")
    if state[:2] in ("22", "23"):
        return InvalidInput(f"The database refused a value ({_constraint(error) or state}).")
    return None


def _connection_lost(error: Error) -> bool:
    return type(error).__name__ in ("OperationalError", "InterfaceError")


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
