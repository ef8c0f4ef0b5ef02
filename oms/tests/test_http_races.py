"""Concurrency as clients of the API meet it: repeated keys, names taken at the same moment, locks that stay held."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from django.db.models import Model
from django.test import Client
from psycopg.errors import DeadlockDetected

from accounts.models import User
from common import idempotency, transactions
from common.errors import Busy
from common.idempotency import Answer, Key
from common.models import IdempotencyKey
from common.tests.racing import Meeting, race
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from orders.models import Order
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)

TWINS = 20


def post(api: Client, address: str, body: dict[str, Any], **headers: str) -> Any:
    return api.post(f"/api/v1/{address}", body, content_type="application/json", headers=headers)


# One key many times at once


@pytest.fixture
def order_body() -> dict[str, Any]:
    product = ProductFactory(stock_quantity=100)
    return {"customer_id": CustomerFactory().pk, "items": [{"product_id": product.pk, "quantity": 1}]}


def test_twenty_requests_with_one_key_place_one_order(api: Client, order_body: dict[str, Any]) -> None:
    answers = race(*[lambda: post(api, "orders/", order_body, **{"Idempotency-Key": "k"})] * TWINS)

    assert Order.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    placed = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in placed}) == 1
    assert len([answer for answer in placed if "Idempotency-Replayed" not in answer]) == 1
    refused = [answer.json()["code"] for answer in answers if answer.status_code == 409]
    assert refused == ["idempotency_in_progress"] * len(refused)


def test_control_looking_for_the_key_without_claiming_it_places_many(
    api: Client, order_body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting(5, patience=10)

    def look(key: Key, using: str) -> Answer | None:
        assert not IdempotencyKey.objects.filter(key=key.key).exists()
        meeting.wait()
        return None

    monkeypatch.setattr(idempotency, "claim", look)

    answers = race(*[lambda: post(api, "orders/", order_body, **{"Idempotency-Key": "k"})] * 5)

    assert [answer.status_code for answer in answers] == [201] * 5
    assert Order.objects.count() == 5


def test_a_twin_that_does_not_end_is_answered_in_progress(
    api: Client, superuser: User, order_body: dict[str, Any]
) -> None:
    key = Key(superuser.pk, "k", "fingerprint")
    with held(lambda: idempotency.claim(key, DEFAULT_DB_ALIAS)), impatient():
        answer = post(api, "orders/", order_body, **{"Idempotency-Key": "k"})

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_progress")
    assert not Order.objects.exists()


# The same name at the same moment

# Of each name: where it is given, a body that takes it, and whose constraint guards it.
CREATIONS: dict[str, tuple[str, Callable[[int], dict[str, Any]], type[Model]]] = {
    "email": (
        "customers/",
        lambda n: {"email": ["ada@example.com", "ADA@example.com"][n % 2], "first_name": "A", "last_name": "B"},
        Customer,
    ),
    "sku": ("products/", lambda n: {"sku": "A-1", "name": f"Lamp {n}", "price_cents": 1}, Product),
    "external_ref": (
        "orders/",
        lambda n: {
            "customer_id": Customer.objects.get().pk,
            "items": [{"sku": "STOCK", "quantity": n + 1}],
            "external_ref": "shop-1",
        },
        Order,
    ),
}


def race_for_the_name(name: str, api: Client, racers: int) -> list[Any]:
    if name == "external_ref":
        CustomerFactory()
        ProductFactory(sku="STOCK", stock_quantity=100)
    address, body, _ = CREATIONS[name]
    return race(*[partial(post, api, address, body(n)) for n in range(racers)])


@pytest.mark.parametrize("name", CREATIONS)
def test_one_gets_the_name_and_the_others_hear_duplicate(name: str, api: Client) -> None:
    answers = race_for_the_name(name, api, 6)

    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert {problem["code"] for problem in refused} == {"duplicate"}
    assert {problem["errors"][0]["pointer"] for problem in refused} == {f"/{name}"}
    assert CREATIONS[name][2].objects.count() == 1  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True, databases=["default", "migration"])
@pytest.mark.parametrize("name", CREATIONS)
def test_control_without_the_constraint_both_get_the_name(name: str, api: Client) -> None:
    model = CREATIONS[name][2]
    (constraint,) = [each for each in model._meta.constraints if each.name == f"{model._meta.db_table}_{name}_unique"]
    with connections["migration"].schema_editor() as schema:
        schema.remove_constraint(model, constraint)
    try:
        assert [answer.status_code for answer in race_for_the_name(name, api, 2)] == [201, 201]
    finally:
        with connections["migration"].schema_editor() as schema:
            schema.execute(f"TRUNCATE {model._meta.db_table} CASCADE")
            schema.add_constraint(model, constraint)


# Waiting is bounded


def test_a_lock_that_stays_held_answers_busy(api: Client, order_body: dict[str, Any]) -> None:
    with held(lambda: list(Product.objects.locked())), impatient():
        answer = post(api, "orders/", order_body)

    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert int(answer["Retry-After"]) >= 1
    assert answer["Content-Type"] == "application/problem+json"
    assert post(api, "orders/", order_body).status_code == 201


def test_a_deadlock_is_tried_again_at_most_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    attempts = []

    def always_chosen_to_yield() -> None:
        attempts.append(1)
        raise OperationalError("deadlock detected") from DeadlockDetected()

    with pytest.raises(Busy):
        transactions.run(always_chosen_to_yield)

    assert len(attempts) == 1 + 3


def test_a_deadlock_that_ends_is_not_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    attempts = []

    def chosen_twice() -> str:
        CustomerFactory()
        attempts.append(1)
        if len(attempts) < 3:
            raise OperationalError("deadlock detected") from DeadlockDetected()
        return "done"

    assert transactions.run(chosen_twice) == "done"
    assert Customer.objects.count() == 1


def test_a_lock_timeout_is_not_tried_again(order_body: dict[str, Any]) -> None:
    attempts = []

    def act() -> None:
        attempts.append(1)
        list(Product.objects.locked())

    with held(lambda: list(Product.objects.locked())), impatient(), pytest.raises(Busy):
        transactions.run(act)

    assert len(attempts) == 1


@contextmanager
def impatient() -> Iterator[None]:
    """What the role of the web server does for good: wait for a lock only so long."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '150ms'")
        try:
            yield
        finally:
            cursor.execute("RESET lock_timeout")


@contextmanager
def held(look: Callable[[], Any]) -> Iterator[None]:
    """Meanwhile another connection has done `look` in a transaction that does not end."""
    ready, over = threading.Event(), threading.Event()

    def holder() -> None:
        try:
            with transaction.atomic():
                look()
                ready.set()
                over.wait(30)
                transaction.set_rollback(True)
        finally:
            connections.close_all()

    thread = threading.Thread(target=holder)
    thread.start()
    assert ready.wait(30)
    try:
        yield
    finally:
        over.set()
        thread.join()
