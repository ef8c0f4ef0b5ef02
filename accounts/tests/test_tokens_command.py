"""`tokens`: who has which, and an end to one of them."""

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import services
from accounts.models import ApiToken, User
from common.actors import Actor

pytestmark = pytest.mark.django_db


def rows(*arguments: str) -> list[dict[str, str]]:
    out = StringIO()
    call_command("tokens", *arguments, stdout=out)
    return list(csv.DictReader(StringIO(out.getvalue())))


@pytest.fixture
def token() -> ApiToken:
    service = services.create_service("web-shop", role="viewer")
    return services.create_token(service, name="a, b", scopes=["read"], actor=Actor.command("test"))[0]


def test_lists_what_there_is(token: ApiToken) -> None:
    services.create_token(User.objects.create_user("ada"), name="laptop", actor=Actor.command("test"))

    assert [row["user"] for row in rows("list")] == ["web-shop", "ada"]
    (row,) = rows("list", "--user", "web-shop")
    assert row.pop("created_at")
    assert row == {
        "id": str(token.pk), "user": "web-shop", "name": "a, b", "scopes": "read", "created_by": "command:test",
        "expires_at": "", "last_used_at": "", "revoked_at": "", "revoked_by": "",
    }  # fmt: skip


def test_nobody_has_one() -> None:
    assert rows("list") == []


def test_revokes_one_and_shows_it(token: ApiToken) -> None:
    first, again = rows("revoke", str(token.pk)), rows("revoke", str(token.pk))

    assert first == again
    assert (first[0]["id"], first[0]["revoked_by"]) == (str(token.pk), "command:tokens")
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_revoked_token_opens_nothing() -> None:
    user = User.objects.create_superuser("ada")
    token, secret = services.create_token(user, name="x", actor=Actor.command("test"))
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    assert client.get("/api/v1/me/").status_code == 200

    rows("revoke", str(token.pk))

    assert client.get("/api/v1/me/").status_code == 401


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("revoke", "987654321"), 1), (("revoke",), 2), (("revoke", "0"), 2), (("revoke", "-1"), 2),
        (("revoke", "9" * 30), 2), (("list", "1"), 2), (("list", "--user", "nobody"), 2),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(arguments: tuple[str, ...], status: int) -> None:
    with pytest.raises(CommandError) as refused:
        rows(*arguments)

    assert (refused.value.returncode, str(refused.value).count("\n")) == (status, 0)
