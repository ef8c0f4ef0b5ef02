"""Every field, parameter and id of the API, given what it was not made for: refused in words, and nothing changes."""

from typing import Any

import pytest
from django.test import Client

from common.tests.contents import contents
from oms.tests.addresses import EXAMPLES, MUTATIONS, READINGS, World, address, call

pytestmark = pytest.mark.django_db

Endpoint = tuple[str, str]

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
NOT_A_BOOLEAN: dict[str, Any] = {
    **NUMBERS, **WRONG_TYPES, "zero": 0, "one": 1, "true as text": "true", "empty": "",
}  # fmt: skip
NOT_AN_EMAIL: dict[str, Any] = {
    **NOT_A_NAME, "no at": "ada", "two ats": "a@b@c.de", "no domain": "a@", "with a space": "a b@c.de",
    "right to left": "שלום", "an emoji": "😀", "a header": "a@b.de\nBcc: c@d.de",
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
# Optional text may be empty.
HOSTILE: dict[str, dict[str, Any]] = {
    "email": NOT_AN_EMAIL,
    "first_name": {**NOT_TEXT, "a line break": "a\nb"},
    "last_name": {**NOT_TEXT, "a line break": "a\nb"},
    "phone": {**NOT_TEXT, "a line break": "a\nb"},
    "sku": NOT_A_NAME,
    "name": NOT_A_NAME,
    "description": NOT_TEXT,
    "price_cents": NOT_A_NUMBER,
    "stock_quantity": NOT_A_NUMBER,
    "reorder_level": NOT_A_NUMBER,
    "is_active": NOT_A_BOOLEAN,
    "customer_id": {**NOT_POSITIVE, "unknown": 987654321},
    "items": NOT_LINES,
    "external_ref": {name: value for name, value in NOT_A_NAME.items() if name != "null"},
    "note": NOT_TEXT,
    "text": {**NOT_TEXT, "empty": "", "spaces": " \n\t "},
    "reason": NOT_A_NAME,
    "reason_code": {**NOT_TEXT, "41 long": "x" * 41},
    "delta": NOT_A_DELTA,
}
READ_ONLY = (
    "id", "number", "status", "total_cents", "version", "created_at", "updated_at", "confirmed_at", "takes_stock",
    "currency", "actions", "stock_seq", "actor", "is_superuser", "__proto__", "", "a/b~c", "dry_run",
)  # fmt: skip


def is_refused(answer: Any, *codes: str) -> bool:
    problem = answer.json()
    return (
        400 <= answer.status_code < 500
        and answer["Content-Type"] == "application/problem+json"
        and problem["status"] == answer.status_code
        and (not codes or problem["code"] in codes)
    )


@pytest.mark.parametrize("endpoint", MUTATIONS, ids=" ".join)
def test_a_field_takes_nothing_but_what_it_is_for(endpoint: Endpoint, api: Client) -> None:
    world = EXAMPLES[endpoint].world()
    good = EXAMPLES[endpoint].body(world)  # type: ignore[misc]
    before = contents()

    for field in good:
        for name, value in HOSTILE[field].items():
            answer = call(api, endpoint, world, good | {field: value})
            assert is_refused(answer, "validation_error"), (field, name, answer.content)
            assert answer.json()["errors"][0]["pointer"].startswith(f"/{field}"), (field, name)
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


@pytest.mark.parametrize("endpoint", MUTATIONS, ids=" ".join)
def test_unknown_and_read_only_fields_are_refused(endpoint: Endpoint, api: Client) -> None:
    world = EXAMPLES[endpoint].world()
    good = EXAMPLES[endpoint].body(world)  # type: ignore[misc]
    before = contents()

    for name in READ_ONLY:
        answer = call(api, endpoint, world, good | {name: 1})
        assert is_refused(answer, "validation_error"), (name, answer.content)
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


# The query

BAD_QUERIES = {
    "unknown": ("?nonsense=1", "unknown_parameter"),
    "unknown and empty": ("?=", "unknown_parameter"),
    "a method's trick": ("?format=json", "unknown_parameter"),
    "of another address": ("?csrfmiddlewaretoken=1", "unknown_parameter"),
    "half an escape": ("?limit=%", "malformed_request"),
    "no escape": ("?limit=%zz", "malformed_request"),
    "not UTF-8": ("?limit=%ff", "malformed_request"),
    "a surrogate": ("?limit=%ed%a0%80", "malformed_request"),
    "too many": ("?" + "&".join(f"a{n}=1" for n in range(3_000)), "malformed_request"),
}
BAD_LIST_QUERIES = {
    "limit zero": "limit=0", "limit too high": "limit=201", "limit negative": "limit=-1",
    "limit in words": "limit=ten",
    "limit huge": "limit=" + "9" * 30, "limit Arabic": "limit=٣",
    "limit empty": "limit=", "limit twice": "limit=1&limit=2",
    "limit a float": "limit=1.0", "limit with a sign": "limit=%2B1", "ordering unknown": "ordering=customer",
    "ordering by a relation": "ordering=customer__email", "ordering twice the sign": "ordering=--id",
    "ordering empty": "ordering=", "ordering NUL": "ordering=id%00", "cursor rubbish": "cursor=rubbish",
    "cursor empty": "cursor=", "cursor NUL": "cursor=%00",
}  # fmt: skip
BAD_NUMBERS = ("x", "-1", "1.0", "1e3", "1,000", "0x1", "%2B1", "1_0", "٣", "9" * 19, "9" * 400, "%00", "true", "")
BAD_INSTANTS = (
    "yesterday", "2026-01-31", "2026-01-31T12:00:00", "2026-02-30T12:00:00Z", "2026-01-31T25:00:00Z",
    "10000-01-01T00:00:00Z", "2026-W05-6T12:00:00Z", "1769860800", "2026-01-31T12:00:00%2B99:99", "%00",
    "٢٠٢٦-01-31T12:00:00Z", "20260131T120000Z", "",
)  # fmt: skip
BAD_BOOLEANS = ("maybe", "1", "0", "True", "yes", "%00", "null", "")
BAD_CHOICES = ("pending", "DRAFT", "%00", "null", "")
BAD_TEXT = ("%00", "a%00b", "x" * 256, "")
FILTERS: dict[str, dict[str, tuple[str, ...]]] = {
    "customer-list": {
        "email": BAD_TEXT, "created_after": BAD_INSTANTS, "created_before": BAD_INSTANTS,
        "updated_since": BAD_INSTANTS,
    },
    "product-list": {
        "sku": BAD_TEXT, "is_active": BAD_BOOLEANS, "low_stock": BAD_BOOLEANS, "price_cents__gte": BAD_NUMBERS,
        "price_cents__lte": BAD_NUMBERS,
    },
    "order-list": {
        "status": BAD_CHOICES, "status__in": (*BAD_CHOICES, ",", "PENDING,", "PENDING,DRAFT", "PENDING SHIPPED"),
        "customer_id": BAD_NUMBERS, "customer_email": BAD_TEXT, "product_id": BAD_NUMBERS, "sku": BAD_TEXT,
        "number": BAD_TEXT, "external_ref": BAD_TEXT, "created_after": BAD_INSTANTS,
        "created_before": BAD_INSTANTS, "updated_since": BAD_INSTANTS, "total_cents__gte": BAD_NUMBERS,
        "total_cents__lte": BAD_NUMBERS,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_QUERIES)
@pytest.mark.parametrize("endpoint", EXAMPLES, ids=" ".join)
def test_a_query_that_makes_no_sense_is_refused(endpoint: Endpoint, name: str, api: Client) -> None:
    world = EXAMPLES[endpoint].world()
    query, code = BAD_QUERIES[name]
    if endpoint in MUTATIONS or not endpoint[1].endswith(("-list", "-events")):
        query = query.replace("limit", "dry_run")
        code = code if endpoint in MUTATIONS or "dry_run" not in query else "unknown_parameter"
    before = contents()

    assert is_refused(call(api, endpoint, world, query=query), code)
    assert contents() == before


@pytest.mark.parametrize("query", ["maybe", "1", "True", "", "true&dry_run=false", "true%00", " true"])
@pytest.mark.parametrize("endpoint", MUTATIONS, ids=" ".join)
def test_a_rehearsal_is_asked_for_clearly(endpoint: Endpoint, query: str, api: Client) -> None:
    world = EXAMPLES[endpoint].world()
    before = contents()

    answer = call(api, endpoint, world, query=f"?dry_run={query}")

    assert is_refused(answer, "validation_error") and answer.json()["errors"][0]["pointer"] == "/dry_run"
    assert contents() == before


@pytest.mark.parametrize("endpoint", READINGS, ids=" ".join)
def test_a_list_takes_only_parameters_that_make_sense(endpoint: Endpoint, api: Client) -> None:
    world = EXAMPLES[endpoint].world()
    filters = FILTERS.get(endpoint[1], {})
    queries = {**BAD_LIST_QUERIES, **{f"{f}={v!r}": f"{f}={v}" for f, values in filters.items() for v in values}}
    if not endpoint[1].endswith(("-list", "-events")):
        assert is_refused(call(api, endpoint, world, query="?limit=1"), "unknown_parameter")
        return

    for name, query in queries.items():
        answer = call(api, endpoint, world, query=f"?{query}")
        assert is_refused(answer, "validation_error"), (name, answer.status_code, answer.content)
        assert answer.json()["errors"][0]["pointer"] == "/" + query.partition("=")[0]


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_is_tried(name: str, api: Client) -> None:
    view: Any = api.get(address(name, World(1, 1, 1))).resolver_match.func

    assert FILTERS[name].keys() == view.cls.filterset_class.base_filters.keys()


# The path

BAD_IDS = [
    "0",
    "00",
    "01",
    "9" * 18,
    "9" * 19,
    "1" + "0" * 18,
    "9" * 400,
    "٣",
    "-1",
    "1.0",
    "1e3",
    "x",
    "%00",
    "1%0a",
    "%ff",
    "1;1",
]


@pytest.mark.parametrize("endpoint", [each for each in EXAMPLES if not each[1].endswith("-list")], ids=" ".join)
def test_an_id_that_is_none_is_not_found(endpoint: Endpoint, api: Client) -> None:
    world = EXAMPLES[endpoint].world()
    where = address(endpoint[1], World(1, 1, 1))
    build = EXAMPLES[endpoint].body
    data = {"data": build(world), "content_type": "application/json"} if build else {}
    before = contents()

    for text in BAD_IDS:
        answer = getattr(api, endpoint[0])(where.replace("/1/", f"/{text}/"), **data)
        assert is_refused(answer, "not_found"), (text, answer.status_code)
    assert contents() == before
