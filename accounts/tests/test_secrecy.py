"""Nothing gives a token away: no table, no log, no error and no kept answer, whichever door it came out of."""

import logging
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts import services
from accounts.models import User
from common.actors import Actor
from conftest import client_for

pytestmark = pytest.mark.django_db


def ask(body: dict[str, Any], **headers: str) -> str:
    client = client_for(User.objects.create_superuser("chief"))
    answers = [client.post("/api/v1/tokens/", body, content_type="application/json", headers=headers) for _ in range(2)]
    secret: str = answers[0].json()["secret"]
    assert secret not in answers[1].content.decode()
    client.delete(f"/api/v1/tokens/{answers[0].json()['id']}/", headers=headers)
    return secret


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("create_token", "shop", *arguments, stdout=out)
    return out.getvalue().strip()


DOORS: dict[str, Callable[[], str]] = {
    "service": lambda: services.create_token(User.objects.create_user("ada"), name="shop", actor=Actor.command("test"))[
        1
    ],
    "command": lambda: command("--service", "web-shop", "--role", "sales", "--scope", "read", "--expires", "90d"),
    "API": lambda: ask({"name": "shop"}),
    "API under a key": lambda: ask({"name": "shop"}, **{"Idempotency-Key": "k"}),
    "API, little please": lambda: ask({"name": "shop"}, **{"Idempotency-Key": "k", "Prefer": "return=minimal"}),
}


def everything_stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(" UNION ALL ".join(f"SELECT t::text FROM {table} t" for table in tables))
        return "\n".join(row for (row,) in cursor.fetchall())


@pytest.mark.parametrize("door", DOORS)
def test_the_secret_is_neither_stored_nor_logged(door: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    secret = DOORS[door]()
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    client.get("/api/v1/me/")
    broken = client.post("/api/v1/orders/", "{", content_type="application/json")

    assert secret.startswith("oms_")
    stored, said = everything_stored(), caplog.text + repr([vars(record) for record in caplog.records])
    for text in (stored, said, broken.content.decode()):
        assert secret not in text and secret.removeprefix("oms_") not in text
    assert "shop" in stored


def test_control_a_secret_that_is_stored_is_found() -> None:
    secret = DOORS["service"]()
    User.objects.update(first_name=secret)

    assert secret in everything_stored()


def test_an_error_of_ours_does_not_tell_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.DEBUG = True
    secret = "oms_of_a_broken_request"

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr("accounts.services.ApiToken.objects.create", broken)
    monkeypatch.setattr("accounts.services.new_secret", lambda: secret)
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))

    answer = client.post("/api/v1/tokens/", {"name": "x"}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "broken" in caplog.text
    assert secret not in answer.content.decode() + caplog.text
