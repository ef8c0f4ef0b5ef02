"""Products and their stock over the API."""

from typing import Any

import pytest
from django.test import Client

from common.tests.contents import contents
from orders.tests.factories import OrderFactory
from products.models import Product
from products.services import MOST_STOCK
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

LIST = "/api/v1/products/"


def adjust(api: Client, product_id: int, **body: Any) -> Any:
    return api.post(f"{LIST}{product_id}/adjust-stock/", body | {"reason": "x"}, content_type="application/json")


def test_a_product_is_found_at_its_sku_as_it_is_at_its_id(api: Client) -> None:
    product = ProductFactory(sku="A/1 b")

    found, same = api.get(f"{LIST}by-sku/A/1%20b/"), api.get(f"{LIST}{product.pk}/")

    assert (found.status_code, found.json(), found["ETag"]) == (200, same.json(), same["ETag"])
    assert api.get(f"{LIST}by-sku/A/1%20b/", headers={"If-None-Match": found["ETag"]}).status_code == 304
    for unknown, status in (("a/1%20b", 404), ("A" * 300, 404), ("%00", 400)):
        assert api.get(f"{LIST}by-sku/{unknown}/").status_code == status, unknown


def test_only_what_must_be_known_must_be_given(api: Client) -> None:
    made = api.post(LIST, {"sku": " A ", "name": "Lamp", "price_cents": 0}, content_type="application/json").json()

    assert (made["sku"], made["description"], made["stock_quantity"], made["reorder_level"], made["is_active"]) == (
        "A", "", 0, 0, True,
    )  # fmt: skip


@pytest.mark.parametrize("price", [0, 10**12])
def test_prices_up_to_their_bound_are_taken(price: int, api: Client) -> None:
    body = {"sku": "A", "name": "Lamp", "price_cents": price, "stock_quantity": MOST_STOCK}

    assert api.post(LIST, body, content_type="application/json").json()["price_cents"] == price


@pytest.mark.parametrize(
    ("field", "value"), [("price_cents", 10**12 + 1), ("stock_quantity", 10**12 + 1), ("reorder_level", 10**12 + 1)]
)
def test_nothing_beyond_its_bound_is_taken(field: str, value: int, api: Client) -> None:
    body = {"sku": "A", "name": "Lamp", "price_cents": 1, field: value}

    answer = api.post(LIST, body, content_type="application/json")

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/{field}")


def test_a_change_of_nothing_is_no_change(api: Client) -> None:
    product = ProductFactory()

    answer = api.patch(f"{LIST}{product.pk}/", {}, content_type="application/json")

    assert (answer.status_code, answer.json()["version"], answer["ETag"]) == (200, 1, '"1-1"')


@pytest.mark.parametrize(
    ("body", "available"),
    [
        ({"delta": -2}, 6),
        ({"set_to": 3, "expected": 8}, 3),
        ({"counted": 12, "expected_on_hand": 10}, 10),
        ({"counted": 2, "expected_on_hand": 10}, 0),
        ({"counted": 10, "expected_on_hand": 10}, 8),
    ],
)
def test_stock_is_told_in_three_ways(api: Client, body: dict[str, int], available: int) -> None:
    order = OrderFactory()  # two of ten are reserved
    product_id = order.lines[0].product_id

    answer = adjust(api, product_id, **body)

    assert (answer.status_code, answer.json()["stock_quantity"]) == (200, available)
    assert Product.objects.get(pk=product_id).stock_quantity == available
    assert (answer.json()["version"], answer["ETag"]) == (2, '"2-3"')


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"delta": -9}, "insufficient_stock"),
        ({"set_to": 3, "expected": 10}, "stock_mismatch"),
        ({"counted": 3, "expected_on_hand": 8}, "stock_mismatch"),
        ({"counted": 1, "expected_on_hand": 10}, "insufficient_stock"),
    ],
)
def test_stock_that_is_not_there_or_not_as_believed_is_a_conflict(api: Client, body: dict[str, int], code: str) -> None:
    order = OrderFactory()  # two of ten are reserved
    before = contents()

    answer = adjust(api, order.lines[0].product_id, **body)

    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert contents() == before


@pytest.mark.parametrize(
    "body",
    [
        {}, {"set_to": 1}, {"expected": 1}, {"counted": 1}, {"expected_on_hand": 1}, {"delta": 1, "expected": 1},
        {"delta": 1, "set_to": 1, "expected": 10}, {"set_to": 1, "expected_on_hand": 10},
        {"set_to": -1, "expected": 10}, {"counted": -1, "expected_on_hand": 10}, {"set_to": True, "expected": 10},
        {"counted": "1", "expected_on_hand": 10}, {"set_to": 1.0, "expected": 10}, {"set_to": 1, "expected": None},
        {"delta": 0}, {"delta": 10**12}, {"delta": 10**30}, {"set_to": 10**30, "expected": 10},
    ],
)  # fmt: skip
def test_a_document_that_makes_no_sense_is_refused(api: Client, body: dict[str, Any]) -> None:
    product = ProductFactory()
    before = contents()

    answer = adjust(api, product.pk, **body)

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error"), body
    assert contents() == before


def test_stock_needs_a_reason(api: Client) -> None:
    product = ProductFactory()

    answer = api.post(f"{LIST}{product.pk}/adjust-stock/", {"delta": 1}, content_type="application/json")

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/reason")


def test_an_unknown_product_is_not_found(api: Client) -> None:
    assert adjust(api, 987654321, delta=1).status_code == 404
    assert adjust(api, 987654321, counted=1, expected_on_hand=1).status_code == 404
    assert api.patch(f"{LIST}987654321/", {}, content_type="application/json").status_code == 404
    assert api.get(f"{LIST}987654321/").status_code == 404


def test_products_are_found_by_what_is_known_of_them(api: Client) -> None:
    low = ProductFactory(sku="LOW", stock_quantity=1, reorder_level=1, price_cents=100).pk
    gone = ProductFactory(sku="GONE", is_active=False, price_cents=200).pk
    plenty = ProductFactory(sku="PLENTY", price_cents=300).pk

    for query, expected in {
        "sku=LOW": [low],
        "sku=low": [],
        "is_active=true": [low, plenty],
        "is_active=false": [gone],
        "low_stock=true": [low],
        "low_stock=false": [gone, plenty],
        "price_cents__gte=200": [gone, plenty],
        "price_cents__lte=200&is_active=true": [low],
        "price_cents__gte=0": [low, gone, plenty],
    }.items():
        found = api.get(f"{LIST}?ordering=id&{query}").json()["results"]
        assert [product["id"] for product in found] == expected, query
