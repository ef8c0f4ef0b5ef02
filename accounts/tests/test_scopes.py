"""Scopes narrow what a token may do, never widen it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import services
from accounts.models import User
from accounts.scopes import READ, allow, within
from common.actors import Actor
from common.errors import InvalidInput
from conftest import grant_role

pytestmark = pytest.mark.django_db

ACTOR = Actor.command("test")
CUSTOMER = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"}


def client_with(user: User, *scopes: str) -> Client:
    _, secret = services.create_token(user, name="narrow", scopes=scopes, actor=ACTOR)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def statuses(client: Client) -> tuple[int, int, int]:
    """Of looking at customers, adding one, and looking at orders."""
    added = client.post("/api/v1/customers/", CUSTOMER, content_type="application/json")
    looks = [client.get(f"/api/v1/{name}/").status_code for name in ("customers", "orders")]
    return looks[0], added.status_code, looks[1]


@pytest.fixture(params=["sales", "superuser"])
def user(request: pytest.FixtureRequest) -> User:
    if request.param == "superuser":
        return User.objects.create_superuser("chief")
    user = User.objects.create_user("ada")
    grant_role(user, request.param)
    return user


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ([], (200, 201, 200)),
        (["read"], (200, 403, 200)),
        (["customers.view_customer"], (200, 403, 403)),
        (["customers.add_customer"], (403, 201, 403)),
        (["read", "customers.add_customer"], (200, 201, 200)),
        (["products.view_product"], (403, 403, 403)),
    ],
    ids=str,
)
def test_a_scope_leaves_only_what_it_names(user: User, scopes: list[str], expected: tuple[int, ...]) -> None:
    assert statuses(client_with(user, *scopes)) == expected


def test_a_scope_gives_nothing_that_its_owner_lacks() -> None:
    viewer = User.objects.create_user("eve")
    grant_role(viewer, "viewer")

    assert statuses(client_with(viewer, "read", "customers.add_customer")) == (200, 403, 200)


def test_a_permission_that_the_body_makes_necessary_is_narrowed_too() -> None:
    client = client_with(User.objects.create_superuser("chief"), "orders.view_order", "customers.add_customer")

    assert client.get("/api/v1/orders/?expand=customer").status_code == 403
    refused = client.post("/api/v1/customers/bulk/", {"items": [CUSTOMER]}, content_type="application/json")
    assert refused.status_code == 403


@pytest.mark.parametrize("scopes", [["*"], ["READ"], ["orders"], ["view_order"], ["orders.view_order", "orders.fly"]])
def test_an_unknown_scope_is_refused(scopes: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.create_token(User.objects.create_user("ada"), name="x", scopes=scopes, actor=ACTOR)

    (fault,) = refused.value.errors
    assert (fault.pointer, fault.code) == (f"/scopes/{len(scopes) - 1}", "unknown_scope")


@pytest.mark.parametrize(
    ("scopes", "bounds", "is_within"),
    [
        ([], [], True), (["read"], [], True), ([], ["read"], False), (["read"], ["read"], True),
        (["orders.view_order"], ["read"], True), (["read"], ["orders.view_order"], False),
        (["orders.place_order"], ["read"], False), (["orders.place_order"], ["read", "orders.place_order"], True),
    ],
    ids=str,
)  # fmt: skip
def test_what_lies_within_what(scopes: list[str], bounds: list[str], is_within: bool) -> None:
    assert within(scopes, bounds) is is_within


@pytest.mark.parametrize("permission", ["orders.review_order", "orders.view", "view_orders.add_order", "read"])
def test_read_is_for_permissions_to_view_alone(permission: str) -> None:
    assert allow([READ], permission) is (permission == READ)


# What it costs


@pytest.mark.parametrize("scopes", [[], ["read"]], ids=str)
def test_token_and_permissions_are_one_statement(user: User, scopes: list[str]) -> None:
    client = client_with(user, *scopes)
    client.get("/api/v1/me/")  # the first use within a minute is noted

    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/v1/customers/").status_code == 200

    assert len(queries) == 2
    assert "api_tokens" in queries[0]["sql"] and "auth_permission" in queries[0]["sql"]
    assert "api_tokens" not in queries[1]["sql"] and "auth_" not in queries[1]["sql"]


def test_a_refusal_costs_that_statement_alone() -> None:
    client = client_with(User.objects.create_user("nobody"))
    client.get("/api/v1/me/")

    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/v1/customers/").status_code == 403

    assert len(queries) == 1


# What the caller is told of it


def show(client: Client) -> Any:
    return client.get("/api/v1/me/").json()


def test_me_says_who_i_am_and_what_i_may_do() -> None:
    service = services.create_service("web-shop", role="sales")
    token, secret = services.create_token(
        service, name="till", scopes=["orders.view_order", "orders.place_order"], actor=ACTOR
    )

    shown = show(Client(headers={"Authorization": f"Bearer {secret}"}))

    assert shown == {
        "user": {"id": service.pk, "username": "web-shop", "is_service": True},
        "token": {
            "id": token.pk,
            "name": "till",
            "scopes": ["orders.place_order", "orders.view_order"],
            "expires_at": None,
        },
        "roles": ["sales"],
        "permissions": ["orders.place_order", "orders.view_order"],
    }


def test_me_in_a_session_has_no_token() -> None:
    client = Client()
    user = User.objects.create_user("ada", is_staff=True)
    grant_role(user, "viewer")
    grant_role(user, "finance")
    client.force_login(user)

    shown = show(client)

    assert (shown["token"], shown["roles"]) == (None, ["finance", "viewer"])
    assert "customers.change_customer" in shown["permissions"]


def test_me_as_superuser_has_every_permission_but_what_the_scopes_leave_out() -> None:
    chief = User.objects.create_superuser("chief")

    everything, narrow = show(client_with(chief)), show(client_with(chief, "orders.place_order"))

    assert {"orders.place_order", "products.adjust_stock"} <= set(everything["permissions"])
    assert everything["permissions"] == sorted(everything["permissions"])
    assert narrow["permissions"] == ["orders.place_order"]
