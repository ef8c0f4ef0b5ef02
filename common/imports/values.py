"""Making values of text. What does not fit is refused with a stable code; nothing is guessed or rounded."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common.api.fields import MOST_CENTS, MOST_TEXT
from common.zones import FIRST_YEAR, LAST_YEAR

Parse = Callable[[str], Any]

# Longer ones are nonsense; nor should the caches below keep them. A Decimal is exact up to 28 digits.
MOST_DIGITS, MOST_CHARACTERS_OF_A_DATE = 28, 64
CACHED = 4_096
CENTS_IN = {"units": 100, "cents": 1}

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
WHOLE_NUMBER = re.compile(r"[+-]?\d+", re.ASCII)

REASONS: Mapping[str, str] = {
    "unreadable_row": "The row cannot be read: a cell is longer than any table has them.",
    "wrong_number_of_columns": "The row has more or fewer cells than the first row has names.",
    "text_too_long": "A text is longer than can be stored.",
    "invalid_text": "A text holds control characters.",
    "invalid_price": "The price is not a number.",
    "negative_price": "The price is below zero.",
    "price_too_large": "The price is beyond what can be stored.",
    "fraction_of_a_cent": "The price has a fraction of a cent.",
    "invalid_date": "The date does not have the expected format.",
}


class Rejected(Exception):
    """One row that is not taken, and why: a stable code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def text(*, empty: str = "", most: int = MOST_TEXT) -> Parse:
    """Text of a limited length; when it may not be empty, `empty` is the code for that."""

    def parse(value: str) -> str:
        if not value and empty:
            raise Rejected(empty)
        if len(value) > most:
            raise Rejected("text_too_long")
        if not value.isprintable() and any(map(_has_no_place, value)):
            raise Rejected("invalid_text")
        return value

    return parse


def _has_no_place(character: str) -> bool:
    """Control characters, and halves of characters that cannot be stored."""
    return unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n\r"


def email(*, empty: str, invalid: str) -> Parse:
    plain = text(empty=empty)

    @lru_cache(CACHED)
    def check(value: str) -> str:
        try:
            validate_email(value)
        except ValidationError:
            raise Rejected(invalid) from None
        return value

    return lambda value: check(plain(value))


def whole_number(
    *, invalid: str, least: int, most: int, too_small: str, too_large: str, empty: int | None = None
) -> Parse:
    """A number of units. `empty` is what no text means, if it means anything."""

    def parse(value: str) -> int:
        if not value and empty is not None:
            return empty
        if len(value) > MOST_DIGITS or not WHOLE_NUMBER.fullmatch(value):
            raise Rejected(invalid)
        number = int(value)
        if number < least:
            raise Rejected(too_small)
        if number > most:
            raise Rejected(too_large)
        return number

    return parse


def price(unit: str) -> Parse:
    """Cents, of a price in units (12.50) or in cents (1250)."""
    factor = CENTS_IN[unit]

    @lru_cache(CACHED)
    def check(value: str) -> int:
        if not NUMBER.fullmatch(value):
            raise Rejected("invalid_price")
        cents = Decimal(value) * factor
        if cents < 0:
            raise Rejected("negative_price")
        if cents != int(cents):
            raise Rejected("fraction_of_a_cent")
        if cents > MOST_CENTS:
            raise Rejected("price_too_large")
        return int(cents)

    return _short(check, MOST_DIGITS, "invalid_price")


def moment(date_format: str | None, zone: tzinfo) -> Parse:
    """A time as ISO 8601 text in UTC. A date without a zone is of `zone`; without a format dates are ISO 8601."""

    @lru_cache(CACHED)
    def check(value: str) -> str:
        try:
            read = datetime.strptime(value, date_format) if date_format else datetime.fromisoformat(value)  # noqa: DTZ007
        except ValueError:
            raise Rejected("invalid_date") from None
        if not FIRST_YEAR <= read.year <= LAST_YEAR:
            raise Rejected("invalid_date")
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC).isoformat()

    return _short(check, MOST_CHARACTERS_OF_A_DATE, "invalid_date")


def one_of(words: Mapping[str, Any], *, invalid: str) -> Parse:
    """One of some words, whatever their case."""

    def parse(value: str) -> Any:
        try:
            return words[value.lower()]
        except KeyError:
            raise Rejected(invalid) from None

    return parse


def _short(parse: Parse, most: int, invalid: str) -> Parse:
    def check(value: str) -> Any:
        if len(value) > most:
            raise Rejected(invalid)
        return parse(value)

    return check
