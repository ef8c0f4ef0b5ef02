"""Every field, parameter and id of the API, given what it was not made for: refused in words, and nothing changes."""

from typing import Any

import pytest
from django.test import Client

from common.addresses import Address
from common.api.addresses import HOME
from common.tests.contents import contents
from oms.tests.addresses import EXAMPLES, MUTATIONS, Endpoint, World, alike, call, is_refused

pytestmark = pytest.mark.django_db

NUMBERS: dict[str, Any] = {
    "minus one": -1,
    "2**63": 2**63,
    "2**64": 2**64,
    "10**30": 10**30,
    "10**400": 10**400,
    "a float": 1.5,
    "a whole float": 1.0,
    "too large for a float": float("1e308"),
}
WRONG_TYPES: dict[str, Any] = {
    "null": None,
    "a list": [1],
    "an empty object": {},
    "an object": {"a": 1},
    "a list in a list": [[]],
}
CONTROLS: dict[str, Any] = {
    "an escape character": "a\x1bb",
    "a bell": "a\x07",
    "a C1 control": "a\x85b",
    "a separator at its end": "a\x1f",
    "DEL": "a\x7f",
}
NOT_TEXT: dict[str, Any] = {
    **NUMBERS, **WRONG_TYPES, **CONTROLS, "true": True, "zero": 0, "too long": "x" * 10_001,
}  # fmt: skip
NOT_A_NAME: dict[str, Any] = {
    **NOT_TEXT,
    "empty": "",
    "spaces": " \t\n ",
    "a line break": "a\nb",
    "300 long": "x" * 300,
}
NOT_A_NUMBER: dict[str, Any] = {
    **NUMBERS, **WRONG_TYPES, "true": True, "false": False, "a number as text": "1", "text": "many", "empty": "",
    "right to left": "שלום", "an emoji": "😀",
}  # fmt: skip
NOT_POSITIVE = {**NOT_A_NUMBER, "zero": 0}
NOT_A_REFERENCE = {**NOT_POSITIVE, "unknown": 987654321}
NOT_A_BOOLEAN: dict[str, Any] = {
    **NUMBERS, **WRONG_TYPES, "zero": 0, "one": 1, "true as text": "true", "empty": "",
}  # fmt: skip
NOT_AN_EMAIL: dict[str, Any] = {
    **NOT_A_NAME, "no at": "ada", "two ats": "a@b@c.de", "no domain": "a@", "with a space": "a b@c.de",
    "right to left": "שלום", "an emoji": "😀", "a header": "a@b.de\nBcc: c@d.de",
}  # fmt: skip
NOT_A_COUNTRY: dict[str, Any] = {
    **NOT_A_NAME, "small letters": "gb", "three letters": "GBR", "a name": "Germany", "no country": "ZZ",
}  # fmt: skip
NOT_AN_ADDRESS: dict[str, Any] = {
    **NUMBERS, "text": "x", "true": True, "a list": [HOME], "an empty object": {}, "an object": {"a": 1},
    "an unknown part": {**HOME, "planet": "Mars"},
    **{f"no {part}": {name: text for name, text in HOME.items() if name != part} for part in Address.REQUIRED},
    **{f"an empty {part}": {**HOME, part: ""} for part in Address.REQUIRED},
    **{f"a number as {part}": {**HOME, part: 1} for part in HOME},
    **{f"null as {part}": {**HOME, part: None} for part in HOME},
}  # fmt: skip
NOT_A_DELTA = {name: value for name, value in NOT_POSITIVE.items() if name != "minus one"}
NOT_LINES: dict[str, Any] = {
    **NUMBERS, "null": None, "text": "x", "true": True, "an object": {"0": {}}, "empty": [], "nothing in it": [None],
    "numbers in it": [1, 2], "lists in it": [[]], "empty objects in it": [{}], "too many": [{}] * 1_001,
    "a product without quantity": [{"product_id": 1}], "a quantity without product": [{"quantity": 1}],
    "both names": [{"product_id": 1, "sku": "A", "quantity": 1}],
    "a price of one's own": [{"product_id": 1, "quantity": 1, "unit_price_cents": 1}],
    "an unknown product": [{"product_id": 987654321, "quantity": 1}],
}  # fmt: skip
NOT_UNITS: dict[str, Any] = {
    **{name: value for name, value in NOT_LINES.items() if "product" not in name and name != "both names"},
    "an item without quantity": [{"item_id": 1}], "a quantity without item": [{"quantity": 1}],
    "a name that is none here": [{"sku": "A", "quantity": 1}],
    "an unknown item": [{"item_id": 987654321, "quantity": 1}],
}  # fmt: skip
NOT_A_URL: dict[str, Any] = {
    **NOT_A_NAME, "a script": "javascript:alert(1)", "no scheme": "example.com/T-1", "data": "data:text/html,x",
    "with a space": "https://example.com/a b", "a script before it": "javascript:1//https://example.com",
}  # fmt: skip
NOT_SCOPES: dict[str, Any] = {
    **NUMBERS, "null": None, "text": "read", "true": True, "an object": {"0": "read"}, "nothing in it": [None],
    "numbers in it": [1], "lists in it": [["read"]], "empty text in it": [""], "unknown": ["orders.explode"],
    "known and unknown": ["read", "READ"], "a wildcard": ["*"], "too many": ["read"] * 101,
}  # fmt: skip
NOT_AN_INSTANT: dict[str, Any] = {
    **NUMBERS, "a list": [1], "an object": {}, "true": True, "zero": 0, "empty": "", "words": "tomorrow",
    "a day": "2099-01-31", "without zone": "2099-01-31T12:00:00", "no such day": "2099-02-30T12:00:00Z",
    "no such hour": "2099-01-31T25:00:00Z", "in the past": "2020-01-31T12:00:00Z", "year 0": "0000-01-31T12:00:00Z",
    "no such zone": "2099-01-31T12:00:00+99:99", "a space for a plus": "2099-01-31T12:00:00 02:00",
    "beyond the last year": "9999-12-31T23:59:59-12:00", "seconds since 1970": 4_000_000_000,
    "Arabic digits": "٢٠٩٩-01-31T12:00:00Z",
}  # fmt: skip
# Optional text may be empty.
HOSTILE: dict[str, dict[str, Any]] = {
    "email": NOT_AN_EMAIL,
    "first_name": {**NOT_TEXT, "a line break": "a\nb"},
    "last_name": {**NOT_TEXT, "a line break": "a\nb"},
    "phone": {**NOT_TEXT, "a line break": "a\nb"},
    "company": {**NOT_TEXT, "a line break": "a\nb"},
    "line1": NOT_A_NAME,
    "line2": {**NOT_TEXT, "a line break": "a\nb"},
    "postal_code": {**NOT_TEXT, "a line break": "a\nb"},
    "city": NOT_A_NAME,
    "region": {**NOT_TEXT, "a line break": "a\nb"},
    "country": NOT_A_COUNTRY,
    "is_default_shipping": NOT_A_BOOLEAN,
    "is_default_billing": NOT_A_BOOLEAN,
    "sku": NOT_A_NAME,
    "name": NOT_A_NAME,
    "description": NOT_TEXT,
    "price_cents": NOT_A_NUMBER,
    "stock_quantity": NOT_A_NUMBER,
    "reorder_level": NOT_A_NUMBER,
    "is_active": NOT_A_BOOLEAN,
    "shipping_address": NOT_AN_ADDRESS,
    "billing_address": NOT_AN_ADDRESS,
    "customer_id": NOT_A_REFERENCE,
    "items": NOT_LINES,
    "lines": NOT_UNITS,
    "carrier": {**NOT_TEXT, "a line break": "a\nb"},
    "tracking_number": {**NOT_TEXT, "a line break": "a\nb"},
    "tracking_url": NOT_A_URL,
    "external_ref": {name: value for name, value in NOT_A_NAME.items() if name != "null"},
    "note": NOT_TEXT,
    "text": {**NOT_TEXT, "empty": "", "spaces": " \n\t "},
    "reason": NOT_A_NAME,
    "reason_code": {**NOT_TEXT, "41 long": "x" * 41},
    "delta": NOT_A_DELTA,
    "scopes": NOT_SCOPES,
    "expires_at": NOT_AN_INSTANT,
    "visibility": {**NOT_A_NAME, "unknown": "everybody", "in capitals": "INTERNAL"},
    "kind": {**NOT_A_NAME, "unknown": "weather", "in capitals": "PAYMENT"},
    "group_id": {name: value for name, value in NOT_A_REFERENCE.items() if name != "null"},
    "into": NOT_A_REFERENCE,
    "method": {**NOT_A_NAME, "unknown": "barter", "in capitals": "CARD"},
    "amount_cents": NOT_POSITIVE,
    "payment_id": NOT_POSITIVE,
    "return_id": NOT_POSITIVE,
    "disposition": {**NOT_A_NAME, "unknown": "eaten", "in capitals": "RESTOCK"},
    "reference": {**NOT_TEXT, "a line break": "a\nb"},
    "received_at": {
        **{name: value for name, value in NOT_AN_INSTANT.items() if name != "in the past"},
        "to come": "2099-01-31T12:00:00Z",
    },
    "action": {**NOT_A_NAME, "unknown": "explode", "not for many": "edit_items"},
    "ids": {
        **NUMBERS, "null": None, "text": "1", "empty": [], "a name": ["SO-1"], "zero": [0], "twice": [1, 1],
        "a boolean": [True], "too many": list(range(1, 502)),
    },
}  # fmt: skip
# Items of which each has an outcome of its own.
NOT_ITEMS: dict[str, Any] = {
    **NUMBERS, "null": None, "text": "x", "true": True, "an object": {"0": {}}, "empty": [], "too many": [{}] * 501,
}  # fmt: skip
READ_ONLY = (
    "id", "number", "status", "total_cents", "version", "created_at", "updated_at", "confirmed_at", "takes_stock",
    "currency", "actions", "stock_seq", "actor", "is_superuser", "user", "digest", "secret",
    "revoked_at", "created_by", "__proto__", "", "a/b~c", "dry_run",
)  # fmt: skip


@pytest.mark.parametrize("endpoints", alike(MUTATIONS).values(), ids=alike(MUTATIONS))
def test_a_field_takes_nothing_but_what_it_is_for(endpoints: list[Endpoint], api: Client) -> None:
    world = EXAMPLES[endpoints[0]].world()
    before = contents()

    for endpoint in endpoints:
        good = EXAMPLES[endpoint].body(world)  # type: ignore[misc]
        for field in good:
            each_by_itself = field == "items" and "bulk" in endpoint[1]
            for name, value in (NOT_ITEMS if each_by_itself else HOSTILE[field]).items():
                answer = call(api, endpoint, world, good | {field: value})
                assert is_refused(answer, "validation_error"), (endpoint, field, name, answer.content)
                assert answer.json()["errors"][0]["pointer"].startswith(f"/{field}"), (endpoint, field, name)
                assert answer.json()["errors"][0]["code"]
    assert contents() == before


@pytest.mark.parametrize("field", ["product_id", "sku", "quantity"])
@pytest.mark.parametrize("endpoint", [("post", "order-list"), ("put", "order-change-items")], ids=" ".join)
def test_a_line_takes_nothing_but_what_it_is_for(endpoint: Endpoint, field: str, api: Client) -> None:
    world = EXAMPLES[endpoint].world()
    good = EXAMPLES[endpoint].body(world)  # type: ignore[misc]
    line = {"product_id": world.product, "quantity": 1} if field != "sku" else {"sku": "EXAMPLE", "quantity": 1}
    before = contents()

    for name, value in (NOT_A_NAME if field == "sku" else {**NOT_POSITIVE, "beyond": 10**18 + 1}).items():
        answer = call(api, endpoint, world, good | {"items": [line, line | {field: value}]})
        assert is_refused(answer, "validation_error"), (name, answer.content)
        assert answer.json()["errors"][0]["pointer"] == f"/items/1/{field}"
    assert contents() == before


@pytest.mark.parametrize("endpoints", alike(MUTATIONS).values(), ids=alike(MUTATIONS))
def test_unknown_and_read_only_fields_are_refused(endpoints: list[Endpoint], api: Client) -> None:
    world = EXAMPLES[endpoints[0]].world()
    before = contents()

    for endpoint in endpoints:
        good = EXAMPLES[endpoint].body(world)  # type: ignore[misc]
        for name in READ_ONLY:
            answer = call(api, endpoint, world, good | {name: 1})
            assert is_refused(answer, "validation_error"), (endpoint, name, answer.content)
            pointer = "/" + name.replace("~", "~0").replace("/", "~1")
            assert answer.json()["errors"] == [
                {"pointer": pointer, "code": "unknown_field", "detail": "There is no such field."}
            ]
    assert contents() == before


def test_stock_is_not_changed_with_the_catalogue(api: Client) -> None:
    world = World.with_order("PENDING")

    assert is_refused(call(api, ("patch", "product-detail"), world, {"stock_quantity": 99}), "validation_error")


@pytest.mark.parametrize(
    "text",
    ["שלום", "\u202eabc", "😀👩‍👩‍👧", "e\u0301", "<script>alert(1)</script>", "'; DROP TABLE orders; --", "=1+1"],
)
def test_text_of_every_script_is_kept_as_it_was_sent(text: str, api: Client) -> None:
    world = World.with_order("PENDING")

    product = call(api, ("patch", "product-detail"), world, {"name": text, "sku": text}).json()
    note = call(api, ("post", "order-notes"), world, {"text": text}).json()

    assert (product["name"], product["sku"], note["personal"]["note"]) == (text, text, text)
