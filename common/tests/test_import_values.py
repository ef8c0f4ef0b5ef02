"""A value means exactly what it says, or its row is rejected with a stable code."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from common.imports.values import Parse, Rejected, email, moment, one_of, price, text, whole_number

BERLIN = ZoneInfo("Europe/Berlin")
quantity = whole_number(invalid="invalid", least=1, most=1_000_000, too_small="small", too_large="large")


def outcome(parse: Parse, value: str) -> Any:
    try:
        return parse(value)
    except Rejected as rejected:
        return rejected.code


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        ("units", "2.55", 255),
        ("units", "2.550", 255),
        ("units", "0.1", 10),
        ("units", ".5", 50),
        ("units", "7", 700),
        ("units", "0", 0),
        ("units", "10000000000.00", 10**12),
        ("units", "10000000000.01", "price_too_large"),
        ("units", "2.555", "fraction_of_a_cent"),
        ("units", "0.00000000000000000000000001", "fraction_of_a_cent"),
        ("units", "1.000000000000000000000000000000000000001", "invalid_price"),
        ("units", "-0.01", "negative_price"),
        ("units", "", "invalid_price"),
        ("units", "1,50", "invalid_price"),
        ("units", "1e3", "invalid_price"),
        ("units", "NaN", "invalid_price"),
        ("units", "Infinity", "invalid_price"),
        ("units", "٣", "invalid_price"),
        ("cents", "255", 255),
        ("cents", "2.5", "fraction_of_a_cent"),
    ],
)
def test_prices_are_exact_cents(unit: str, value: str, expected: Any) -> None:
    assert outcome(price(unit), value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("6", 6),
        ("+6", 6),
        ("1000000", 1_000_000),
        ("1000001", "large"),
        ("0", "small"),
        ("-3", "small"),
        ("6.0", "invalid"),
        ("six", "invalid"),
        ("", "invalid"),
        ("1_0", "invalid"),
        ("9" * 5000, "invalid"),
    ],
)
def test_quantities_are_whole_numbers_in_bounds(value: str, expected: Any) -> None:
    assert outcome(quantity, value) == expected


@pytest.mark.parametrize(
    ("date_format", "value", "expected"),
    [
        ("%m/%d/%y %H:%M", "12/1/10 8:26", datetime(2010, 12, 1, 7, 26, tzinfo=UTC)),
        ("%m/%d/%y %H:%M", "1.12.2010", "invalid_date"),
        (None, "2010-07-01", datetime(2010, 6, 30, 22, tzinfo=UTC)),
        (None, "2010-12-01T08:26:00+05:00", datetime(2010, 12, 1, 3, 26, tzinfo=UTC)),
        (None, "2010-12-01T08:26:00Z", datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
        (None, "0001-01-01", "invalid_date"),
        (None, "9999-12-31", "invalid_date"),
        ("%H:%M", "08:26", "invalid_date"),
        (None, "", "invalid_date"),
        (None, "2010-13-01", "invalid_date"),
    ],
)
def test_dates_without_a_zone_are_of_the_business_zone(date_format: str | None, value: str, expected: Any) -> None:
    found = outcome(moment(date_format, BERLIN), value)

    assert (expected if isinstance(expected, str) else expected.isoformat()) == found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Zoë\u00a0Ito", "Zoë\u00a0Ito"),
        ("two\nlines", "two\nlines"),
        ("x" * 255, "x" * 255),
        ("x" * 256, "text_too_long"),
        ("nul\0", "invalid_text"),
        ("bell\a", "invalid_text"),
        ("half \ud800", "invalid_text"),
        ("", "nothing"),
    ],
)
def test_text_is_short_and_has_no_control_characters(value: str, expected: str) -> None:
    assert outcome(text(empty="nothing"), value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("Ada@Example.com", "Ada@Example.com"), ("", "nothing"), ("ada", "wrong"), ("a@b@c", "wrong")],
)
def test_an_email_is_an_address(value: str, expected: str) -> None:
    assert outcome(email(empty="nothing", invalid="wrong"), value) == expected


def test_words_are_known_whatever_their_case() -> None:
    parse = one_of({"yes": True, "no": False}, invalid="wrong")

    assert [outcome(parse, word) for word in ("YES", "no", "maybe")] == [True, False, "wrong"]
