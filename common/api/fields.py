"""Input that means exactly what it says: 1 is a number, "1" and true and 1.0 are not."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

MOST_TEXT = 255
MOST_CODE = 40
MOST_CENTS = 10**12
MOST_QUANTITY = 1_000_000
MOST_ID = 2**63 - 1
# RFC 3339 with its zone: a time without one could be anybody's. A plus that an address did not escape is a space.
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+ -]\d\d:\d\d)", re.ASCII)


def has_controls(text: str, *, allowed: str = "") -> bool:
    """Whether there are control characters in a text besides those that are allowed in it."""
    return any(unicodedata.category(character) == "Cc" and character not in allowed for character in text)


def one_of(words: Iterable[str]) -> str:
    """What there is to choose from, as a refusal says it."""
    return f"One of {', '.join(words)}."


class StrictIntegerField(serializers.IntegerField):
    """A JSON integer and nothing that merely looks like one."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data


class StrictBooleanField(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class StrictChoiceField(serializers.ChoiceField):
    """One of some words; whoever gives another is told which there are."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices, **kwargs)
        self.error_messages["invalid_choice"] = one_of(self.choices)


class StrictCharField(serializers.CharField):
    """A line of text as it was sent, trimmed; a number is not text, and control characters have no place in it."""

    allowed_controls = ""
    default_error_messages = {"control": "Control characters are not allowed."}  # noqa: RUF012 - DRF's way

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MOST_TEXT)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data)
        # Looked for in what was sent: trimming takes some of them for spaces.
        if has_controls(data, allowed=self.allowed_controls):
            self.fail("control")
        return text


class ReasonCodeField(StrictCharField):
    """A code that reports can count: one of those that are known, or one of the caller's own."""

    def __init__(self, known: Sequence[str]) -> None:
        words = f"For programs and reports: {', '.join(known)}, or a code of your own."
        super().__init__(required=False, max_length=MOST_CODE, allow_blank=True, help_text=words)


class StrictTextField(StrictCharField):
    """Text of several lines."""

    allowed_controls = "\t\n\r"


class StrictUrlField(StrictCharField):
    """An address in the web: whoever follows it as a link runs nothing."""

    pattern = r"^https?://[^\s]+$"
    default_error_messages = {"url": "An address that begins with https:// or http://."}  # noqa: RUF012 - DRF's way

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text and not re.match(self.pattern, text):
            self.fail("url")
        return text


class StrictInstantField(serializers.DateTimeField):
    """A time with its zone, as 2026-01-31T12:00:00Z."""

    default_error_messages = {"invalid": "A time with its zone, as 2026-01-31T12:00:00Z."}  # noqa: RUF012 - DRF's way

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not INSTANT.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictListField(serializers.ListField):
    """A list whose length is looked at before its entries: else a megabyte of rubbish keeps a worker for seconds."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class InputSerializer(serializers.Serializer[Any]):
    """Input of one act. A field it does not know is refused, so nothing is silently ignored or smuggled in."""

    # Groups of fields of which exactly one must be given; `validate` sees to it, the OpenAPI document tells it.
    one_of: tuple[Collection[str], ...] = ()

    default_error_messages = {  # noqa: RUF012 - DRF's way
        "unknown": "There is no such field.",
        "invalid": "A JSON object is expected.",
    }

    def to_internal_value(self, data: Any) -> Any:
        unknown = self._unknown(data)
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError(unknown | dict(error.detail)) from error  # type: ignore[arg-type]
        if unknown:
            raise serializers.ValidationError(unknown)
        return value

    def _unknown(self, data: Any) -> dict[str, Any]:
        """A fault for each field that it does not know; they are told together with the others."""
        if not isinstance(data, Mapping):
            return {}
        fault = [ErrorDetail(str(self.error_messages["unknown"]), code="unknown_field")]
        return {name: fault for name in data if name not in self.fields}
