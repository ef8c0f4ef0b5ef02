"""Reads JSON strictly: what one parser might read one way and another another way is refused."""

import json
import re
from collections.abc import Iterable
from typing import IO, Any, NoReturn
from urllib.parse import unquote_to_bytes

from django.conf import settings
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser

from common.api.exceptions import MalformedRequest, TooLarge

MOST_NESTED = 32
PLAIN = "identity"
BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class StrictJSONParser(BaseParser):
    """RFC 8259 within bounds: 1 MB, 32 levels, no NaN, no repeated names, no NUL, no lone surrogates.

    Raises MalformedRequest, TooLarge or, for a body that is compressed, UnsupportedMediaType (RFC 9110, 8.4).
    """

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        request = (parser_context or {}).get("request")
        coding = request.headers.get("Content-Encoding", PLAIN) if request else PLAIN
        if coding.strip().lower() != PLAIN:
            raise UnsupportedMediaType(coding, "Send the body as it is, without Content-Encoding.")
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise MalformedRequest("The body is not UTF-8.") from None
        refuse_deep(text)
        try:
            value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        except ValueError as error:
            raise MalformedRequest(f"The body is not JSON: {error}.") from None
        if "\\u" in text or "\x00" in text:
            refuse_unstorable(value)
        return value


def refuse_broken_query(query: str) -> None:
    """Refuse a query string that Django would mend by guessing: half an escape, or bytes that are not UTF-8."""
    try:
        unquote_to_bytes(query.encode("latin-1")).decode()
    except UnicodeError:
        raise MalformedRequest("The query is not UTF-8.") from None
    if BROKEN_ESCAPE.search(query):
        raise MalformedRequest("The query holds a broken percent escape.")


def refuse_deep(text: str) -> None:
    """Count brackets before parsing: the parser itself recurses, and a hostile body could exhaust it."""
    depth, quoted, escaped = 0, False, False
    if text.count("[") + text.count("{") <= MOST_NESTED:
        return
    for character in text:
        if quoted:
            quoted, escaped = escaped or character != '"', character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character in "[{":
            depth += 1
            if depth > MOST_NESTED:
                raise MalformedRequest("The body is nested too deeply.")
        elif character in "]}":
            depth -= 1


def refuse_unstorable(value: Any) -> None:
    """PostgreSQL stores no NUL, and a lone surrogate is no character."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise MalformedRequest("The body holds a NUL or a lone surrogate.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            refuse_unstorable(name)
            refuse_unstorable(inner)
    elif isinstance(value, list):
        for inner in value:
            refuse_unstorable(inner)


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise ValueError(f"the name {name!r} is given twice")
        result[name] = value
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
