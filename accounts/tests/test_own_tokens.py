"""Everybody looks after their own tokens, and nobody after another's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import services
from accounts.models import ApiToken, User
from common.actors import Actor
from conftest import client_for, grant_role

pytestmark = pytest.mark.django_db

ACTOR = Actor.command("test")
ADDRESS = "/api/v1/tokens/"


@pytest.fixture
def ada() -> User:
    ada = User.objects.create_user("ada")
    grant_role(ada, "sales")
    return ada


def bearer(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def make(client: Client, body: Any = None, query: str = "", **headers: Any) -> Any:
    return client.post(
        ADDRESS + query, {"name": "laptop"} | (body or {}), content_type="application/json", headers=headers
    )


def narrow(user: User, *scopes: str, **fields: Any) -> Client:
    return bearer(services.create_token(user, name="narrow", scopes=scopes, actor=ACTOR, **fields)[1])


def works(secret: str) -> bool:
    return bool(bearer(secret).get("/api/v1/me/").status_code == 200)


def test_a_token_is_made_with_a_secret_that_works(ada: User) -> None:
    client = client_for(ada)

    answer = make(client, {"scopes": ["read", "orders.place_order", "read"], "expires_at": "2099-12-31T23:00:00+01:00"})

    token = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"{ADDRESS}{token['id']}/")
    assert works(token.pop("secret"))
    assert token.pop("created_at")
    assert token == {
        "id": ApiToken.objects.latest("pk").pk, "name": "laptop", "scopes": ["orders.place_order", "read"],
        "created_by": f"token:{ApiToken.objects.earliest('pk').pk}", "expires_at": "2099-12-31T22:00:00Z",
        "revoked_at": None, "revoked_by": "", "last_used_at": None,
    }  # fmt: skip


def test_the_secret_is_shown_once(ada: User) -> None:
    client = client_for(ada)
    made = make(client).json()

    again = client.get(f"{ADDRESS}{made['id']}/")
    page = client.get(ADDRESS).json()

    assert made["secret"] not in again.content.decode() + str(page)
    assert again.json()["name"] == "laptop"
    assert [token["name"] for token in page["results"]] == ["laptop", "test"]
    assert all("secret" not in token for token in [again.json(), *page["results"]])


def test_a_repeat_makes_no_second_token_and_does_not_know_the_secret(ada: User) -> None:
    client = client_for(ada)

    first, again = (make(client, **{"Idempotency-Key": "k"}) for _ in range(2))

    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert again.json() == first.json() | {"secret": None}
    assert ada.tokens.count() == 2 and works(first.json()["secret"])


def test_a_rehearsal_makes_nothing(ada: User) -> None:
    answer = make(client_for(ada), query="?dry_run=true", **{"Idempotency-Key": "k"})

    assert (answer.status_code, answer.json()["secret"]) == (201, None)
    assert ada.tokens.count() == 1


def test_a_secret_is_not_lost_to_brevity(ada: User) -> None:
    answer = make(client_for(ada), Prefer="return=minimal")

    assert works(answer.json()["secret"]) and "Preference-Applied" not in answer


# Ending it


def revoke(client: Client, pk: int, query: str = "", **headers: str) -> Any:
    return client.delete(f"{ADDRESS}{pk}/{query}", headers=headers)


def test_a_revoked_token_is_refused_at_once_and_stays_revoked(ada: User) -> None:
    client = client_for(ada)
    made = make(client).json()

    first, second = revoke(client, made["id"]), revoke(client, made["id"])

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert first.json()["revoked_at"] and first.json()["revoked_by"] == f"token:{ada.tokens.earliest('pk').pk}"
    assert not works(made["secret"])


def test_a_token_can_end_itself(ada: User) -> None:
    made = make(client_for(ada)).json()

    assert revoke(bearer(made["secret"]), made["id"]).status_code == 200
    assert not works(made["secret"])


def test_a_rehearsal_ends_nothing(ada: User) -> None:
    client = client_for(ada)
    made = make(client).json()

    assert revoke(client, made["id"], "?dry_run=true").json()["revoked_at"]
    assert works(made["secret"])


def test_a_token_that_somebody_else_ended_is_not_ended_on_old_news(ada: User) -> None:
    client = client_for(ada)
    made = make(client).json()
    tag = client.get(f"{ADDRESS}{made['id']}/")["ETag"]
    revoke(client, made["id"])

    answer = revoke(client, made["id"], **{"If-Match": tag})

    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")


# Whose it is


@pytest.mark.parametrize("method", ["get", "delete"])
def test_anothers_token_is_answered_like_none(ada: User, method: str) -> None:
    theirs, secret = services.create_token(User.objects.create_superuser("eve"), name="secret plans", actor=ACTOR)
    client = client_for(ada)

    answers = [getattr(client, method)(f"{ADDRESS}{pk}/") for pk in (theirs.pk, 987654321)]

    different = {"instance": "", "request_id": ""}
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() | different == answers[1].json() | different
    assert [*answers[0].headers] == [*answers[1].headers]
    assert works(secret)
    assert "secret plans" not in client.get(ADDRESS).content.decode()


def test_a_superuser_has_no_business_with_anothers_token_here(ada: User, api: Client) -> None:
    token, _ = services.create_token(ada, name="x", actor=ACTOR)

    assert api.get(f"{ADDRESS}{token.pk}/").status_code == 404


@pytest.mark.parametrize("field", ["user", "user_id", "owner", "digest", "secret", "created_by", "last_used_at", "by"])
def test_nobody_makes_a_token_for_another(ada: User, field: str) -> None:
    answer = make(client_for(ada), {field: User.objects.create_superuser("chief").pk})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown_field")


def test_a_member_of_the_staff_makes_one_in_a_session() -> None:
    client = Client()
    chief = User.objects.create_superuser("chief")
    client.force_login(chief)

    made = make(client).json()

    assert made["created_by"] == f"user:{chief.pk}" and works(made["secret"])


# No more than itself


@pytest.mark.parametrize("scopes", [None, [], ["read"], ["orders.place_order"], ["orders.view_order", "read"]], ids=str)
def test_a_narrow_token_makes_no_wider_one(ada: User, scopes: list[str] | None) -> None:
    client = narrow(ada, "orders.view_order", "orders.ship_order")

    answer = make(client, {} if scopes is None else {"scopes": scopes})

    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (400, "/scopes", "exceeds_token")
    assert ada.tokens.count() == 1


@pytest.mark.parametrize("scopes", [["orders.view_order"], ["read"], ["orders.place_order", "products.view_product"]])
def test_a_narrow_token_makes_a_narrower_one(ada: User, scopes: list[str]) -> None:
    assert make(narrow(ada, "read", "orders.place_order"), {"scopes": scopes}).status_code == 201


@pytest.mark.parametrize("expires_at", [None, "2099-01-01T00:00:01Z", "absent"])
def test_a_token_makes_none_that_outlives_it(ada: User, expires_at: str | None) -> None:
    client = narrow(ada, expires_at=datetime(2099, 1, 1, tzinfo=UTC))

    answer = make(client, {} if expires_at == "absent" else {"expires_at": expires_at})

    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (400, "/expires_at", "exceeds_token")
    assert make(client, {"expires_at": "2099-01-01T00:00:00Z"}).status_code == 201


def test_a_narrow_token_ends_no_wider_one(ada: User) -> None:
    wide, secret = services.create_token(ada, name="wide", actor=ACTOR)
    small, _ = services.create_token(ada, name="small", scopes=["orders.view_order"], actor=ACTOR)
    client = narrow(ada, "read")

    refused, done = revoke(client, wide.pk), revoke(client, small.pk)

    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert works(secret)
    assert done.status_code == 200


def test_a_token_that_expired_makes_nothing(ada: User) -> None:
    client = narrow(ada, expires_at=datetime.now(UTC) + timedelta(days=1))
    ApiToken.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))

    assert make(client).status_code == 401
