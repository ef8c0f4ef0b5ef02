"""Records over the API: their shape, and rehearsals."""

from typing import Any

import pytest
from django.test import Client

from common.tests.contents import contents
from oms.tests.addresses import EXAMPLES, MUTATIONS, SINGLE, World, address, call
from orders.models import Order

pytestmark = pytest.mark.django_db

SHAPES = {
    "customer-detail": {
        "id": int, "email": str, "first_name": str, "last_name": str, "phone": str,
        "group_id": type(None), "merged_into_id": type(None), "version": int, "created_at": str, "updated_at": str,
    },
    "product-detail": {
        "id": int, "sku": str, "name": str, "description": str, "price_cents": int, "currency": str,
        "stock_quantity": int, "reorder_level": int, "is_active": bool, "version": int, "created_at": str,
        "updated_at": str,
    },
    "order-detail": {
        "id": int, "number": str, "status": str, "customer_id": int, "items": list, "total_cents": int,
        "due_cents": int, "paid_cents": int, "refunded_cents": int, "balance_cents": int, "payment_state": str,
        "currency": str, "external_ref": type(None), "duplicate_of": type(None), "takes_stock": bool, "holds": list,
        "shipping_address": type(None), "billing_address": type(None), "version": int,
        "actions": list, "created_at": str, "updated_at": str, "confirmed_at": str, "shipped_at": str,
        "delivered_at": type(None), "cancelled_at": type(None), "fulfilment_state": str, "shipments": list,
        "short_closes": list, "return_state": str, "returns": list, "short_closed_cents": int, "returned_cents": int,
        "exchange_for": type(None),
    },
}  # fmt: skip
ITEM = {
    "id": int, "product_id": int, "sku": str, "name": str, "quantity": int, "unit_price_cents": int,
    "line_total_cents": int, "shipped_quantity": int, "short_closed_quantity": int, "returned_quantity": int,
}  # fmt: skip
EVENT = {
    "id": str, "position": str, "aggregate_type": str, "aggregate_id": int, "version": int, "type": str,
    "payload": dict, "personal": type(None), "actor": str, "request_id": type(None), "occurred_at": str,
}  # fmt: skip


def shape(record: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in record.items()}


@pytest.mark.parametrize("name", SHAPES)
def test_a_record_has_the_shape_that_was_promised(name: str, api: Client) -> None:
    world = World.with_order("SHIPPED")

    record = api.get(address(name, world)).json()

    assert shape(record) == SHAPES[name]
    assert record["created_at"].endswith("Z") and record["updated_at"].endswith("Z")
    (listed,) = [each for each in api.get(address(name.replace("detail", "list"), world)).json()["results"]
                 if each["id"] == record["id"]]  # fmt: skip
    assert listed == record


def test_lines_actions_and_events_have_the_shape_that_was_promised(api: Client) -> None:
    world = World.with_order("SHIPPED")
    order = api.get(address("order-detail", world)).json()
    page = api.get(address("order-events", world)).json()

    (item,) = order["items"]
    assert shape(item) == ITEM
    assert order["number"] == f"SO-{order['id']:08d}"
    assert [action["name"] for action in order["actions"]] == list(Order.ACTS)
    assert [action["name"] for action in order["actions"] if action["allowed"]] == [
        "deliver",
        "refund",
        "request_return",
    ]
    assert all(set(blocker) == {"code", "detail"} for action in order["actions"] for blocker in action["blockers"])
    assert {tuple(page), *[tuple(shape(event).items()) for event in page["results"]]} == {
        ("results", "next", "previous"), tuple(EVENT.items()),
    }  # fmt: skip


@pytest.mark.parametrize("endpoint", [each for each in SINGLE if each[1].endswith("-list")], ids=" ".join)
def test_what_was_made_is_found_at_its_location(endpoint: tuple[str, str], api: Client) -> None:
    made = call(api, endpoint, EXAMPLES[endpoint].world())

    found = api.get(made["Location"])
    assert (made.status_code, found.json(), found["ETag"]) == (201, made.json(), made["ETag"])


ACTS = "order-change-items order-change-addresses order-confirm order-ship order-short-close order-deliver order-cancel"


@pytest.mark.parametrize("endpoint", [each for each in SINGLE if each[1] in ACTS.split()], ids=" ".join)
def test_an_act_answers_with_what_is_found_afterwards(endpoint: tuple[str, str], api: Client) -> None:
    done = call(api, endpoint, EXAMPLES[endpoint].world())

    found = api.get(f"/api/v1/orders/{done.json()['id']}/")
    assert (done.status_code, found.json(), found["ETag"]) == (200, done.json(), done["ETag"])


# Rehearsals


def told(body: Any) -> Any:
    """An answer without what is different each time."""
    if isinstance(body, list):
        return [told(each) for each in body]
    if not isinstance(body, dict):
        return body
    own = ("id", "number", "position", "request_id", "payload")
    return {name: told(value) for name, value in body.items() if name not in own and not name.endswith("ed_at")}


@pytest.mark.parametrize("endpoint", [each for each in MUTATIONS if each != ("post", "token-list")], ids=" ".join)
def test_a_rehearsal_tells_what_would_happen_and_changes_nothing(endpoint: tuple[str, str], api: Client) -> None:
    world = EXAMPLES[endpoint].world()
    before = contents()

    rehearsal = call(api, endpoint, world, query="?dry_run=true")
    assert contents() == before
    real = call(api, endpoint, world, query="?dry_run=false")

    assert rehearsal.status_code == real.status_code
    assert rehearsal.headers.get("ETag") == real.headers.get("ETag")
    assert told(rehearsal.json()) == told(real.json())
    assert contents() != before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"quantity": 11}, "insufficient_stock"),
        ({"quantity": 1, "sku": "NONE", "product_id": None}, "validation_error"),
    ],
)
def test_a_rehearsal_is_refused_like_the_real_thing(body: dict[str, Any], code: str, api: Client) -> None:
    world = World.with_order("PENDING")
    line = {name: value for name, value in {"product_id": world.product, **body}.items() if value is not None}
    order = {"customer_id": world.customer, "items": [line]}

    answers = [call(api, ("post", "order-list"), world, order, query) for query in ("?dry_run=true", "")]

    assert answers[0].status_code == answers[1].status_code
    assert answers[0].json()["code"] == answers[1].json()["code"] == code


@pytest.mark.parametrize("endpoint", SINGLE, ids=" ".join)
def test_who_wants_little_is_sent_little(endpoint: tuple[str, str], api: Client) -> None:
    answer = call(api, endpoint, EXAMPLES[endpoint].world(), Prefer="respond-async, return=minimal")

    assert answer.status_code in (201, 204) and answer.content == b""
    assert answer["Preference-Applied"] == "return=minimal"
    assert answer["ETag"]
    assert "Content-Type" not in answer
