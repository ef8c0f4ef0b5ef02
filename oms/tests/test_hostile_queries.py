"""Every parameter and id in an address of the API, given what it was not made for."""

from typing import Any

import pytest
from django.test import Client

from common.tests.contents import contents
from oms.tests.addresses import (
    EXAMPLES,
    LISTS,
    MUTATIONS,
    READINGS,
    REPORT_ADDRESSES,
    Endpoint,
    World,
    address,
    alike,
    call,
    is_refused,
    names_an_id,
)

pytestmark = pytest.mark.django_db

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
BAD_SEARCHES = ("%00", "a%00b", "x" * 101, "")
FILTERS: dict[str, dict[str, tuple[str, ...]]] = {
    "customer-list": {
        "email": BAD_TEXT, "group_id": BAD_NUMBERS, "search": BAD_SEARCHES, "created_after": BAD_INSTANTS,
        "created_before": BAD_INSTANTS,
        "updated_since": BAD_INSTANTS,
    },
    "product-list": {
        "sku": BAD_TEXT, "search": BAD_SEARCHES,
        "is_active": BAD_BOOLEANS, "low_stock": BAD_BOOLEANS, "price_cents__gte": BAD_NUMBERS,
        "price_cents__lte": BAD_NUMBERS,
    },
    "order-list": {
        "status": BAD_CHOICES, "status__in": (*BAD_CHOICES, ",", "PENDING,", "PENDING,DRAFT", "PENDING SHIPPED"),
        "on_hold": BAD_BOOLEANS, "hold_kind": BAD_CHOICES,
        "fulfilment_state": (*BAD_CHOICES, "COMPLETE", "none,partial"), "tracking_number": BAD_TEXT,
        "return_state": (*BAD_CHOICES, "COMPLETE", "none,partial"),
        "customer_id": BAD_NUMBERS, "customer_email": BAD_TEXT, "product_id": BAD_NUMBERS, "sku": BAD_TEXT,
        "search": BAD_SEARCHES, "number": BAD_TEXT, "external_ref": BAD_TEXT, "created_after": BAD_INSTANTS,
        "created_before": BAD_INSTANTS, "updated_since": BAD_INSTANTS, "total_cents__gte": BAD_NUMBERS,
        "total_cents__lte": BAD_NUMBERS, "payment_state": BAD_CHOICES,
        "payment_state__in": (*BAD_CHOICES, ",", "paid,"), "balance_cents__gte": BAD_NUMBERS,
        "balance_cents__lte": BAD_NUMBERS,
    },
}  # fmt: skip
REPORT_QUERIES = {
    f"{name}={value!r}": f"{name}={value}"
    for name, values in {
        "format": ("table", "ndjson", "xls", "CSV", "../csv", "%00", "", "csv&format=csv"),
        "limit": BAD_NUMBERS,
        "tz": (
            *("Mars/Olympus", "FOO%2B3", "../../etc/passwd", "%00", "", "UTC&tz=UTC", "localtime", "right/UTC"),
            *("Europe", "zone.tab", "/etc/localtime", "x" * 300, "%ED%95%9C"),
        ),
    }.items()
    for value in values
}


@pytest.mark.parametrize("endpoints", alike(EXAMPLES).values(), ids=alike(EXAMPLES))
def test_a_query_that_makes_no_sense_is_refused(endpoints: list[Endpoint], api: Client) -> None:
    world = EXAMPLES[endpoints[0]].world()
    before = contents()

    for endpoint in endpoints:
        known = "limit" if endpoint in LISTS else "dry_run"
        for name, (query, code) in BAD_QUERIES.items():
            if endpoint in REPORT_ADDRESSES and "format=" in query:
                continue
            unknown_here = "limit" in query and endpoint not in (*LISTS, *MUTATIONS)
            answer = call(api, endpoint, world, query=query.replace("limit", known))
            assert is_refused(answer, "unknown_parameter" if unknown_here else code), (endpoint, name)
    assert contents() == before


@pytest.mark.parametrize("endpoints", alike(MUTATIONS).values(), ids=alike(MUTATIONS))
def test_a_rehearsal_is_asked_for_clearly(endpoints: list[Endpoint], api: Client) -> None:
    world = EXAMPLES[endpoints[0]].world()
    before = contents()

    for endpoint in endpoints:
        for query in ("maybe", "1", "True", "", "true&dry_run=false", "true%00", " true"):
            answer = call(api, endpoint, world, query=f"?dry_run={query}")
            assert is_refused(answer, "validation_error"), (endpoint, query)
            assert answer.json()["errors"][0]["pointer"] == "/dry_run", (endpoint, query)
    assert contents() == before


@pytest.mark.parametrize("endpoints", alike(READINGS).values(), ids=alike(READINGS))
def test_a_list_takes_only_parameters_that_make_sense(endpoints: list[Endpoint], api: Client) -> None:
    world = EXAMPLES[endpoints[0]].world()

    for endpoint in endpoints:
        if endpoint in REPORT_ADDRESSES:
            queries = REPORT_QUERIES
        elif endpoint in LISTS:
            filters = FILTERS.get(endpoint[1].replace("customer-orders", "order-list"), {})
            queries = BAD_LIST_QUERIES | {f"{f}={v!r}": f"{f}={v}" for f, values in filters.items() for v in values}
        else:
            assert is_refused(call(api, endpoint, world, query="?limit=1"), "unknown_parameter"), endpoint
            continue
        for name, query in queries.items():
            answer = call(api, endpoint, world, query=f"?{query}")
            assert is_refused(answer, "validation_error"), (endpoint, name, answer.status_code, answer.content)
            assert answer.json()["errors"][0]["pointer"] == "/" + query.partition("=")[0], (endpoint, name)


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_is_tried(name: str, api: Client) -> None:
    view: Any = api.get(address(name, World(1, 1, 1, 1))).resolver_match.func

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


WITH_AN_ID = alike(each for each in EXAMPLES if names_an_id(each[1]))


@pytest.mark.parametrize("endpoints", WITH_AN_ID.values(), ids=WITH_AN_ID)
def test_an_id_that_is_none_is_not_found(endpoints: list[Endpoint], api: Client) -> None:
    world = EXAMPLES[endpoints[0]].world()
    before = contents()

    for endpoint in endpoints:
        where = address(endpoint[1], World(1, 1, 1, 1))
        build = EXAMPLES[endpoint].body
        data = {"data": build(world), "content_type": "application/json"} if build else {}
        for text in BAD_IDS:
            answer = getattr(api, endpoint[0])(where.replace("/1/", f"/{text}/"), **data)
            assert is_refused(answer, "not_found"), (endpoint, text, answer.status_code)
    assert contents() == before
