"""Exactly once: what a repeat under a key is answered, and what counts as a repeat."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.idempotency import purge
from common.models import IdempotencyKey
from common.tests.contents import contents
from oms.tests.addresses import EXAMPLES, SINGLE, World, call
from orders.tests.factories import OrderFactory
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

BODY = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "phone": "1"}
OWN_TO_EACH_ANSWER = {"X-Request-Id", "Idempotency-Replayed"}


def post(client: Client, address: str, body: Any, key: str = "k", **headers: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    where = f"/api/v1/{address}"
    return client.post(where, text, content_type="application/json", headers={"Idempotency-Key": key, **headers})


def without_own(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in OWN_TO_EACH_ANSWER}


@pytest.mark.parametrize("endpoint", SINGLE, ids=" ".join)
def test_a_repeat_gets_the_first_answer_byte_for_byte(endpoint: tuple[str, str], api: Client) -> None:
    world = EXAMPLES[endpoint].world()

    first = call(api, endpoint, world, **{"Idempotency-Key": "k"})
    after = contents()
    again = call(api, endpoint, world, **{"Idempotency-Key": "k"})

    assert first.status_code == again.status_code < 300
    assert (again.content, without_own(again)) == (first.content, without_own(first))
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert contents() == after


def test_spacing_and_order_of_names_do_not_make_another_request(api: Client) -> None:
    first = post(api, "customers/", BODY)
    again = post(api, "customers/", json.dumps(dict(reversed(BODY.items())), indent=4))

    assert (again.status_code, again.content) == (201, first.content)


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("customers/", BODY | {"phone": "2"}),
        ("customers/", {name: value for name, value in BODY.items() if name != "phone"}),
        ("customers/?dry_run=false", BODY),
        ("products/", {"sku": "A", "name": "A", "price_cents": 1}),
    ],
)
def test_another_request_under_the_key_is_refused(api: Client, address: str, body: Any) -> None:
    post(api, "customers/", BODY)
    before = contents()

    answer = post(api, address, body)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert contents() == before


def test_another_method_under_the_key_is_refused(api: Client) -> None:
    world = World.with_order("PENDING")
    call(api, ("post", "order-confirm"), world, **{"Idempotency-Key": "k"})

    answer = call(api, ("put", "order-change-items"), world, **{"Idempotency-Key": "k"})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("body", ["{", {"email": "x"}, BODY | {"email": "taken@example.com"}])
def test_a_refusal_leaves_the_key_unused(api: Client, body: Any) -> None:
    post(api, "customers/", BODY | {"email": "taken@example.com"}, key="other")

    assert post(api, "customers/", body).status_code in (400, 409)
    assert post(api, "customers/", BODY).status_code == 201


def test_an_order_refused_for_lack_of_stock_can_be_tried_again_under_its_key(api: Client) -> None:
    world = World.with_order("PENDING")
    body = {"customer_id": world.customer, "items": [{"product_id": world.product, "quantity": 11}]}
    assert post(api, "orders/", body).status_code == 409

    call(api, ("post", "product-adjust-stock"), world)

    assert post(api, "orders/", body).status_code == 201


def test_a_repeat_is_answered_before_its_tag_is_looked_at(api: Client) -> None:
    product = ProductFactory()
    changes = [api.patch(
        f"/api/v1/products/{product.pk}/", {"name": "Lantern"}, content_type="application/json",
        headers={"Idempotency-Key": "k", "If-Match": '"1"'},
    ) for _ in range(2)]  # fmt: skip

    assert [change.status_code for change in changes] == [200, 200]
    assert changes[0].content == changes[1].content


def test_a_rehearsal_neither_uses_nor_heeds_the_key(api: Client) -> None:
    assert post(api, "customers/?dry_run=true", BODY).status_code == 201
    assert not IdempotencyKey.objects.exists()
    assert post(api, "customers/", BODY).status_code == 201

    rehearsal = post(api, "customers/?dry_run=true", BODY | {"email": "grace@example.com"})

    assert (rehearsal.status_code, "Idempotency-Replayed" in rehearsal) == (201, False)


def test_keys_of_different_people_are_different_keys(api: Client, api_as: Callable[[str], Client]) -> None:
    first = post(api, "customers/", BODY)
    other = post(api_as("sales"), "customers/", BODY | {"email": "grace@example.com"})

    assert (first.status_code, other.status_code) == (201, 201)


def test_reading_takes_no_notice_of_a_key(api: Client) -> None:
    answers = [api.get("/api/v1/customers/", headers={"Idempotency-Key": "k"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\xe9", "a\x7fb", "a\tb"])
def test_a_key_is_printable_and_not_too_long(api: Client, key: str) -> None:
    before = contents()

    answer = post(api, "customers/", BODY, key=key)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/Idempotency-Key")
    assert contents() == before


def test_the_longest_key_serves_for_many_changes_at_once(api: Client) -> None:
    orders = [OrderFactory().pk for _ in range(2)]

    answers = [post(api, "orders/bulk/", {"action": "confirm", "ids": orders}, key="x" * 255) for _ in range(2)]

    assert [result["ok"] for result in answers[0].json()["results"]] == [True, True]
    assert answers[1].content == answers[0].content


def test_a_minimal_answer_and_a_full_one_are_the_same_request(api: Client) -> None:
    minimal = post(api, "customers/", BODY, Prefer="return=minimal")
    full = post(api, "customers/", BODY)

    assert (minimal.status_code, minimal.content) == (201, b"")
    assert full.json()["email"] == "ada@example.com"
    assert minimal["Location"] == full["Location"] == f"/api/v1/customers/{full.json()['id']}/"


def test_old_keys_are_purged_a_few_at_a_time(api: Client) -> None:
    for number in range(5):
        post(api, "customers/", BODY | {"email": f"{number}@example.com"}, key=str(number))
    IdempotencyKey.objects.exclude(key="4").update(created_at=timezone.now() - timedelta(days=31))

    assert [purge(30, at_most=3), purge(30, at_most=3), purge(30, at_most=3)] == [3, 1, 0]
    assert [kept.key for kept in IdempotencyKey.objects.all()] == ["4"]


def test_a_purged_key_is_a_new_one(api: Client) -> None:
    body = {"sku": "A", "name": "A", "price_cents": 1}
    post(api, "products/", body)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=31))
    purge(30, at_most=3)

    assert post(api, "products/", body).json()["code"] == "duplicate"
    assert Product.objects.count() == 1
