"""A token is a secret that only its owner knows, and counts for exactly as long as it should."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import services
from accounts.models import ApiToken, User
from common.actors import Actor
from conftest import grant_role

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/customers/"
ACTOR = Actor.command("test")


@pytest.fixture
def user() -> User:
    user = User.objects.create_user("ada")
    grant_role(user, "viewer")
    return user


@pytest.fixture
def secret(user: User) -> str:
    return services.create_token(user, name="shop", actor=ACTOR)[1]


def ask(authorization: str) -> Any:
    return Client().get(ADDRESS, headers={"Authorization": authorization})


def test_only_the_hash_of_a_token_is_kept(secret: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM api_tokens t")
        (row,) = cursor.fetchone() or ("",)

    assert secret.startswith("oms_") and len(secret) > 40
    assert secret not in row and secret.removeprefix("oms_") not in row
    assert ask(f"Bearer {secret}").status_code == 200


def test_no_two_secrets_are_alike(user: User) -> None:
    assert len({services.create_token(user, name="same", actor=ACTOR)[1] for _ in range(20)}) == 20


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer   "])
def test_the_scheme_is_read_as_the_standard_says(scheme: str, secret: str) -> None:
    assert ask(scheme + secret).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "", " ", "Bearer", "Bearer ", "Bearer oms_", "Bearer {}x", "Bearer {} {}", "Bearer x{}", 'Bearer "{}"', "{}",
        "Basic {}", "Token {}", "Bearer\t{}", "Bearer,{}", "Bearer caf\xe9", "Bearer \xff\xfe", "B\xe9arer {}",
        "Bearer " + "x" * 5_000, "Bearer \x00", "Bearer ' OR 1=1 --",
    ],
)  # fmt: skip
def test_a_malformed_header_is_not_authenticated(header: str, secret: str) -> None:
    answer = ask(header.format(secret, secret))

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert secret not in answer.content.decode()


@pytest.mark.parametrize(
    "end",
    [
        lambda token: ApiToken.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1)),
        lambda token: ApiToken.objects.update(revoked_at=datetime.now(UTC)),
        lambda token: User.objects.update(is_active=False),
        lambda token: ApiToken.objects.update(digest="0" * 64),
        lambda token: ApiToken.objects.all().delete(),
    ],
    ids=["expired", "revoked", "user inactive", "another secret", "deleted"],
)
def test_a_token_that_has_ended_is_refused_like_an_unknown_one(end: Any, secret: str) -> None:
    unknown = ask("Bearer oms_unknown").json()
    end(secret)

    answer = ask(f"Bearer {secret}")

    assert answer.status_code == 401
    assert answer.json() | {"request_id": ""} == unknown | {"request_id": ""}


def test_a_token_counts_until_it_expires(secret: str) -> None:
    ApiToken.objects.update(expires_at=datetime.now(UTC) + timedelta(minutes=1))

    assert ask(f"Bearer {secret}").status_code == 200


def test_rights_come_from_roles_and_from_the_user_alike(user: User, secret: str) -> None:
    user.groups.clear()
    assert ask(f"Bearer {secret}").status_code == 403

    user.user_permissions.add(Permission.objects.get(codename="view_customer"))
    assert ask(f"Bearer {secret}").status_code == 200

    user.user_permissions.clear()
    user.groups.add(Group.objects.get(name="viewer"))
    assert ask(f"Bearer {secret}").status_code == 200


def test_a_right_taken_away_is_gone_at_once(user: User, secret: str) -> None:
    assert ask(f"Bearer {secret}").status_code == 200

    Group.objects.get(name="viewer").permissions.remove(Permission.objects.get(codename="view_customer"))

    assert ask(f"Bearer {secret}").status_code == 403


def touches(secret: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert ask(f"Bearer {secret}").status_code == 200
    return len([query for query in queries if query["sql"].strip().startswith("UPDATE api_tokens")])


def test_its_use_is_noted_at_most_once_a_minute(secret: str) -> None:
    assert [touches(secret) for _ in range(3)] == [1, 0, 0]
    first = ApiToken.objects.get().last_used_at

    ApiToken.objects.update(last_used_at=datetime.now(UTC) - timedelta(seconds=services.TOUCH_EVERY_SECONDS + 1))
    assert [touches(secret) for _ in range(3)] == [1, 0, 0]
    assert first is not None


@pytest.mark.django_db(transaction=True)
def test_its_use_is_noted_outside_the_transaction_of_the_act(user: User) -> None:
    grant_role(user, "manager")
    _, secret = services.create_token(user, name="shop", actor=ACTOR)

    with CaptureQueriesContext(connection) as queries:
        Client(headers={"Authorization": f"Bearer {secret}"}).post(
            ADDRESS, {"email": "a@b.de", "first_name": "", "last_name": ""}, content_type="application/json"
        )

    statements = [query["sql"].strip().split()[0] for query in queries]
    assert statements == ["SELECT", "UPDATE", "BEGIN", "INSERT", "INSERT", "COMMIT"]


def test_who_acts_is_the_token_and_not_only_its_user(user: User, api: Client) -> None:
    product = api.post("/api/v1/orders/", {}, content_type="application/json")
    assert product.status_code == 400
    customer = api.post(
        ADDRESS, {"email": "a@b.de", "first_name": "", "last_name": ""}, content_type="application/json",
        headers={"X-Request-Id": "req-7"},
    ).json()  # fmt: skip

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT actor, request_id FROM events WHERE aggregatetype = 'customer' AND aggregateid = %s",
            [customer["id"]],
        )
        assert cursor.fetchall() == [(f"token:{ApiToken.objects.latest('pk').pk}", "req-7")]
