"""What can go wrong in the business, each with a stable code; nothing here knows of HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault in the input: where (a JSON pointer, RFC 6901), which (a stable code) and in words."""

    pointer: str
    code: str
    detail: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


class DomainError(Exception):
    """A refusal that the person or program who asked can understand and act upon."""

    code = "error"
    title = "The request was refused"
    # Facts as it may carry them, for the documentation.
    example: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = (), **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.facts = facts


class InvalidInput(DomainError):
    """The input itself is wrong; asking again with the same input cannot succeed."""

    code = "validation_error"
    title = "The input is not valid"

    @classmethod
    def at(cls, pointer: str, code: str, detail: str) -> "InvalidInput":
        return cls(detail, errors=[FieldError(pointer, code, detail)])


class ImportRefused(DomainError):
    """An import that cannot begin or go on; no request of a program meets this."""


class NotFound(DomainError):
    code = "not_found"
    title = "There is no such thing"


class Conflict(DomainError):
    """The input is fine but the present state forbids it."""

    code = "conflict"
    title = "The present state does not allow this"


class Duplicate(Conflict):
    code = "duplicate"
    title = "It exists already"
    example: ClassVar = {"errors": [{"pointer": "/sku", "code": "duplicate", "detail": "Another record has this sku."}]}


class StaleVersion(DomainError):
    """Somebody changed it since the caller last looked."""

    code = "stale_version"
    title = "It was changed meanwhile"
    example: ClassVar = {"current_version": 3}


class IdempotencyInProgress(Conflict):
    code = "idempotency_in_progress"
    title = "The same request is still running"


class IdempotencyKeyReused(DomainError):
    code = "idempotency_key_reused"
    title = "The key belongs to another request"


class Busy(DomainError):
    """Nothing was changed; the same request may succeed a moment later."""

    code = "busy"
    title = "Busy, please try again"
    retry_after_seconds = 1


def require_version(current: int, expected: int | None) -> None:
    """Refuse a change that was prepared on an older version than the current one (no lost update).

    Raises StaleVersion.
    """
    if expected is not None and expected != current:
        raise StaleVersion(f"It is at version {current} now.", current_version=current)
