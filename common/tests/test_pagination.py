"""Walking a list page by page, either way, while it changes: nothing is skipped and nothing comes twice."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

import common.ordering
from common.api.pagination import KeysetPagination
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from orders import services
from orders.tests.factories import ACTOR, OrderFactory

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def customers() -> list[int]:
    """Eleven, most of which share a time with others."""
    ids = [CustomerFactory().pk for _ in range(11)]
    for place, pk in enumerate(ids):
        at = MOMENT + timedelta(microseconds=place // 4)
        Customer.objects.filter(pk=pk).update(created_at=at, updated_at=MOMENT - timedelta(days=place // 5))
    return ids


def walk(api: Client, address: str, way: str = "next") -> Iterator[list[int]]:
    while address:
        page = api.get(address).json()
        yield [record["id"] for record in page["results"]]
        address = page[way]


def expected(ordering: str) -> list[int]:
    sign, name = ("-", ordering[1:]) if ordering.startswith("-") else ("", ordering)
    return list(Customer.objects.order_by(sign + name, sign + "id").values_list("pk", flat=True))


@pytest.mark.parametrize("limit", [1, 4, 11])
@pytest.mark.parametrize("ordering", KeysetPagination.orderings)
def test_there_and_back_again(api: Client, customers: list[int], ordering: str, limit: int) -> None:
    address = f"/api/v1/customers/?ordering={ordering}&limit={limit}"
    pages = list(walk(api, address))

    assert [pk for page in pages for pk in page] == expected(ordering)
    assert all(len(page) == limit for page in pages[:-1])

    last = address
    for _ in pages[:-1]:
        last = api.get(last).json()["next"]
    assert list(walk(api, last, "previous")) == pages[::-1]


@pytest.mark.parametrize("ordering", KeysetPagination.orderings)
def test_rows_that_come_meanwhile_neither_hide_nor_repeat_others(
    api: Client, customers: list[int], ordering: str
) -> None:
    seen: list[int] = []
    for page in walk(api, f"/api/v1/customers/?ordering={ordering}&limit=2"):
        seen += page
        for at in (MOMENT - timedelta(days=9), MOMENT + timedelta(microseconds=1), MOMENT + timedelta(days=9)):
            if len(seen) < 12:
                Customer.objects.filter(pk=CustomerFactory().pk).update(created_at=at, updated_at=at)

    assert len(seen) == len(set(seen))
    assert set(customers) <= set(seen)


def test_filters_stay_on_every_page(api: Client, customers: list[int]) -> None:
    after = (MOMENT + timedelta(microseconds=1)).isoformat().replace("+", "%2B")

    pages = list(walk(api, f"/api/v1/customers/?created_after={after}&limit=3&ordering=created_at"))

    assert [pk for page in pages for pk in page] == customers[4:]


@pytest.mark.parametrize("few", [True, False])
def test_few_rows_of_a_filter_are_sorted_and_many_met_along_the_index(
    few: bool, api: Client, customers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common.ordering, "QUICKLY_SORTED", 30_000 if few else -1)
    after = MOMENT.isoformat().replace("+", "%2B")

    with connection.execute_wrapper(remember := Statements()):
        pages = list(walk(api, f"/api/v1/customers/?created_after={after}&limit=3&ordering=-created_at"))

    assert [pk for page in pages for pk in page] == expected("-created_at")
    listings = [sql for sql in remember.seen if sql.startswith("SELECT") and 'FROM "customers"' in sql]
    assert len(listings) == len(pages)
    assert {"ORDER BY COALESCE" in sql for sql in listings} == {few}


def test_an_empty_list_is_one_empty_page(api: Client) -> None:
    assert api.get("/api/v1/orders/").json() == {"results": [], "next": None, "previous": None}


def test_fifty_come_without_a_limit_and_two_hundred_at_most(api: Client) -> None:
    for _ in range(51):
        CustomerFactory()

    assert len(api.get("/api/v1/customers/").json()["results"]) == 50
    assert len(api.get("/api/v1/customers/?limit=200").json()["results"]) == 51


def test_the_size_of_the_page_may_change_on_the_way(api: Client, customers: list[int]) -> None:
    following = api.get("/api/v1/customers/?ordering=id&limit=3").json()["next"]

    assert [record["id"] for record in api.get(following.replace("limit=3", "limit=5")).json()["results"]] == (
        customers[3:8]
    )


@pytest.mark.parametrize(
    "changed",
    ["?ordering=-id&cursor={}", "?email=a@example.com&ordering=id&cursor={}", "?ordering=created_at&cursor={}"],
)
def test_a_cursor_belongs_to_its_ordering_and_filters(api: Client, customers: list[int], changed: str) -> None:
    following = api.get("/api/v1/customers/?ordering=id&limit=3").json()["next"]

    answer = api.get("/api/v1/customers/" + changed.format(following.partition("cursor=")[2].partition("&")[0]))

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/cursor")


def test_a_cursor_belongs_to_its_list(api: Client, customers: list[int]) -> None:
    first, second = OrderFactory(status="DELIVERED"), OrderFactory(status="DELIVERED")

    for list_, other in (
        ("customers", "orders"),
        (f"orders/{first.pk}/events", f"orders/{second.pk}/events"),
        (f"products/{first.items.get().product_id}/movements", f"products/{second.items.get().product_id}/movements"),
    ):
        following = api.get(f"/api/v1/{list_}/?limit=1").json()["next"]
        answer = api.get(following.replace(f"/{list_}/", f"/{other}/"))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/cursor"), list_


def test_a_cursor_does_not_serve_the_events_of_another_ordering(api: Client) -> None:
    order = OrderFactory(status="DELIVERED")
    following = api.get(f"/api/v1/orders/{order.pk}/events/?limit=1").json()["next"]
    cursor = following.partition("cursor=")[2].partition("&")[0]

    assert api.get(f"/api/v1/orders/{order.pk}/events/?ordering=-version&cursor={cursor}").status_code == 400


def encoded(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def digest(api: Client, ordering: str) -> str:
    """The hash that a cursor of this ordering carries."""
    following = api.get(f"/api/v1/customers/?ordering={ordering}&limit=1").json()["next"]
    text = following.partition("cursor=")[2].partition("&")[0]
    return str(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))[0])


GARBAGE = {
    "not base64": "!!!!",
    "not ASCII": "%C3%A9",
    "NUL": "%00",
    "huge": "A" * 20_000,
    "deep": encoded(b"[" * 3_000 + b"]" * 3_000),
    "not JSON": encoded(b"cursor"),
    "not UTF-8": encoded(b"\xff\xfe"),
    "a number": encoded(7),
    "null": encoded(None),
    "an object of four": encoded({"a": 1, "b": 2, "c": 3, "d": 4}),
    "too few": encoded(["x", False, 1]),
    "too many": encoded(["x", False, 1, 1, 1]),
}


@pytest.mark.parametrize("ordering", ["id", "-updated_at"])
@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_no_cursor(api: Client, customers: list[int], name: str, ordering: str) -> None:
    answer = api.get(f"/api/v1/customers/?ordering={ordering}&cursor={GARBAGE[name]}")

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["errors"][0]["pointer"] == "/cursor"


@pytest.mark.parametrize(
    "key", ["10000-01-01T00:00:00+00:00", "2026-01-31", "2026-01-31T12:00:00", "", "x\u0000", None, 5, True, [], {}]
)
def test_a_forged_time_is_no_cursor(api: Client, customers: list[int], key: Any) -> None:
    cursor = encoded([digest(api, "created_at"), False, key, 1])

    assert api.get(f"/api/v1/customers/?ordering=created_at&cursor={cursor}").status_code == 400


@pytest.mark.parametrize("unique", ["1", None, True, 1.0, [1], {}])
def test_a_forged_id_is_no_cursor(api: Client, customers: list[int], unique: Any) -> None:
    for ordering, key in (("id", unique), ("created_at", MOMENT.isoformat())):
        cursor = encoded([digest(api, ordering), False, key, unique])
        assert api.get(f"/api/v1/customers/?ordering={ordering}&cursor={cursor}").status_code == 400


@pytest.mark.parametrize("unique", [-(10**30), -1, 0, 2**63, 10**30])
@pytest.mark.parametrize("backwards", [True, False])
def test_a_cursor_beyond_every_row_is_answered(api: Client, customers: list[int], unique: int, backwards: bool) -> None:
    for ordering, key in (("id", unique), ("created_at", "0001-01-01T00:00:00+14:00"), ("-id", unique)):
        cursor = encoded([digest(api, ordering), backwards, key, unique])
        assert api.get(f"/api/v1/customers/?ordering={ordering}&cursor={cursor}").status_code == 200


def test_the_events_of_an_order_are_paged_too(api: Client) -> None:
    order = OrderFactory()
    for number in range(6):
        services.add_note(order.pk, actor=ACTOR, text=str(number))

    for ordering, versions in (("version", [1, 2, 3, 4, 5, 6, 7]), ("-version", [7, 6, 5, 4, 3, 2, 1])):
        address, told = f"/api/v1/orders/{order.pk}/events/?ordering={ordering}&limit=2", []
        while address:
            page = api.get(address).json()
            told += [event["version"] for event in page["results"]]
            address = page["next"]
        assert told == versions


def test_a_page_deep_down_is_found_by_the_index(api: Client, customers: list[int]) -> None:
    page = api.get("/api/v1/customers/?ordering=created_at&limit=2").json()
    with connection.execute_wrapper(remember := Statements()):
        api.get(page["next"])

    (listing,) = [sql for sql in remember.seen if 'FROM "customers"' in sql]
    assert '"created_at" >= ' in listing


class Statements:
    """Remembers the statements that pass by."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen.append(sql)
        return execute(sql, params, many, context)
