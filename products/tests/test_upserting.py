"""Keeping a catalogue in step: create or change by SKU, one or many at a time."""

from typing import Any

import pytest
from django.test import Client

from common.tests.contents import contents
from common.tests.racing import race
from events.models import Event
from products import services
from products.models import Product
from products.tests.factories import ProductFactory

LAMP = {"name": "Lamp", "price_cents": 250, "stock_quantity": 7}


def put(api: Client, sku: str, body: Any, query: str = "", **headers: str) -> Any:
    address = f"/api/v1/products/by-sku/{sku}/{query}"
    return api.put(address, body, content_type="application/json", headers=headers)


def bulk(api: Client, address: str, items: list[Any], **headers: str) -> Any:
    answer = api.post(address, {"items": items}, content_type="application/json", headers=headers)
    return answer.json()["results"]


@pytest.mark.django_db
def test_creates_what_is_not_there_and_changes_what_is(api: Client) -> None:
    created, repeated = put(api, "A-1", LAMP), put(api, "A-1", LAMP)
    changed = put(api, "A-1", {**LAMP, "name": "Lantern", "stock_quantity": 99})

    assert (created.status_code, repeated.status_code, changed.status_code) == (201, 200, 200)
    assert created.content == repeated.content
    assert api.get(created["Location"]).json() == changed.json()
    assert created["Location"] == changed["Location"]
    assert (changed.json()["name"], changed.json()["stock_quantity"], changed.json()["version"]) == ("Lantern", 7, 2)
    assert [event.type for event in Event.objects.order_by("version")] == ["product.created", "product.changed"]


@pytest.mark.django_db
def test_if_none_match_creates_and_never_changes(api: Client) -> None:
    created, refused = (put(api, "A-1", LAMP | {"name": name}, **{"If-None-Match": "*"}) for name in ("Lamp", "Bulb"))

    assert (created.status_code, refused.status_code, refused.json()["code"]) == (201, 412, "stale_version")
    assert Product.objects.get().name == "Lamp"


@pytest.mark.django_db
@pytest.mark.parametrize("sku", ["A/B", "100% Ölfarbe", "a b", "..", "Ж"])
def test_takes_any_sku_in_the_address(api: Client, sku: str) -> None:
    answer = put(api, sku.replace("%", "%25").replace(" ", "%20"), LAMP)

    assert (answer.status_code, answer.json()["sku"]) == (201, sku)


@pytest.mark.django_db
def test_the_sku_of_the_address_is_the_one_that_counts(api: Client) -> None:
    before = contents()

    answer = put(api, "A-1", {**LAMP, "sku": "B-1"})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/sku")
    assert contents() == before


@pytest.mark.django_db
def test_a_stale_version_is_refused_and_so_is_any_version_of_what_is_not_there(api: Client) -> None:
    product = ProductFactory(sku="A-1")

    stale = put(api, "A-1", LAMP, **{"If-Match": '"7"'})
    missing = put(api, "B-1", LAMP, **{"If-Match": f'"{product.version}"'})

    assert (stale.status_code, missing.status_code) == (412, 412)
    assert Product.objects.count() == 1


@pytest.mark.django_db
def test_each_item_of_many_has_its_own_outcome_in_the_order_asked(api: Client) -> None:
    known = ProductFactory(sku="A-1")

    results = bulk(api, "/api/v1/products/bulk/", [{**LAMP, "sku": "B-1"}, {"sku": "C-1"}, {**LAMP, "sku": "A-1"}, 7])

    assert [(result["index"], result["ok"]) for result in results] == [(0, True), (1, False), (2, True), (3, False)]
    assert results[2]["id"] == known.pk
    assert {fault["pointer"] for fault in results[1]["problem"]["errors"]} == {"/name", "/price_cents"}


@pytest.mark.django_db
def test_customers_are_known_by_their_address_whatever_its_case(api: Client) -> None:
    items = [{"email": "Ada@example.com", "first_name": "Ada"}, {"email": "ada@EXAMPLE.com", "phone": "1"}]

    first, second = bulk(api, "/api/v1/customers/bulk/", items, **{"Idempotency-Key": "k"})
    again = bulk(api, "/api/v1/customers/bulk/", items, **{"Idempotency-Key": "k"})

    customer = api.get(f"/api/v1/customers/{first['id']}/").json()
    assert first["id"] == second["id"]
    assert again == [first, second]
    assert (customer["email"], customer["first_name"], customer["phone"]) == ("ada@EXAMPLE.com", "Ada", "1")
    assert customer["version"] == 2


@pytest.mark.django_db
def test_too_many_or_no_items_are_refused_whole(api: Client) -> None:
    for items in ([], [LAMP] * 501, "x"):
        answer = api.post("/api/v1/products/bulk/", {"items": items}, content_type="application/json")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/items")


@pytest.mark.django_db
def test_needs_the_right_to_add_and_the_right_to_change(api_as: Any) -> None:
    for role, status in {"sales": 403, "manager": 201}.items():
        assert put(api_as(role), "A-1", LAMP).status_code == status


# The same new SKU at the same moment


@pytest.mark.django_db(transaction=True)
def test_all_who_put_the_same_new_sku_at_once_are_served(api: Client) -> None:
    answers = race(*[lambda: put(api, "A-1", LAMP)] * 5)

    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [201]
    assert Product.objects.get().version == 1


@pytest.mark.django_db(transaction=True)
def test_control_creating_without_waiting_for_the_other_refuses_some(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_blindly(*, sku: str, expected_version: int | None, **fields: Any) -> tuple[Product, bool]:
        return services.create_product(sku=sku, **fields), True

    monkeypatch.setattr(services, "put_product", put_blindly)

    answers = race(*[lambda: put(api, "A-1", LAMP)] * 5)

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 4
