"""Problems as the OpenAPI document describes them; what makes them is `problems`."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from common import errors
from common.api.problems import STATUS_OF, TITLE_OF

# What is refused before the business is asked.
CODES: Mapping[int, tuple[str, ...]] = {
    400: ("validation_error", "malformed_request", "unknown_parameter"),
    401: ("not_authenticated",),
    403: ("permission_denied",),
    404: ("not_found",),
    405: ("method_not_allowed",),
    406: ("not_acceptable",),
    413: ("too_large",),
    415: ("unsupported_media_type",),
    429: ("throttled",),
    500: ("internal_error",),
}


def refusals(kind: type[errors.DomainError] = errors.DomainError) -> Iterator[type[errors.DomainError]]:
    """Every way in which the business can refuse a request, as far as it has a code of its own."""
    for each in set(kind.__subclasses__()) - {errors.ImportRefused}:
        yield each
        yield from refusals(each)


def status_of(kind: type[errors.DomainError]) -> int:
    return next(status for parent, status in STATUS_OF if issubclass(kind, parent))


def codes() -> list[str]:
    named = {code for group in CODES.values() for code in group}
    return sorted(named | {kind.code for kind in refusals()})


def examples(status: int) -> dict[str, dict[str, Any]]:
    """A problem of each code that has this status."""
    facts = {code: {"title": TITLE_OF[status]} for code in CODES.get(status, ())}
    facts |= {kind.code: {"title": kind.title, **kind.example} for kind in refusals() if status_of(kind) == status}
    return {code: problem(status, code, **facts[code]) for code in sorted(facts)}


def problem(status: int, code: str, **more: Any) -> dict[str, Any]:
    """A problem as it looks on the wire."""
    return {
        "type": f"urn:oms:problem:{code}",
        "title": "It was refused",
        "status": status,
        "detail": "What happened, in a sentence.",
        "instance": "/api/v1/orders/43/confirm/",
        "code": code,
        "request_id": "5f0c1d9e",
        **more,
    }


class FaultSerializer(serializers.Serializer[Any]):
    """One fault in the input: where (a JSON pointer, RFC 6901), a stable code, and in words."""

    pointer = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Why it was refused (RFC 9457). Decide by `code`; `detail` is for people and may be worded anew.

    `errors` lists each fault of an input. `items`, `blockers` or `current_version` come with some codes: see the
    examples. `request_id` is what to name when you ask us.
    """

    optional: ClassVar = ("errors",)

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField(allow_blank=True)
    instance = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    errors = FaultSerializer(many=True)  # type: ignore[assignment]  # a field, not DRF's property
