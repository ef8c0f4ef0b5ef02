"""`create_token`: the secret and nothing else on stdout, one line for a mistake, and a status to trust."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import ApiToken, User

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    out = StringIO()
    call_command("create_token", *arguments, stdout=out)
    return out.getvalue()


def refusal(*arguments: str) -> CommandError:
    with pytest.raises(CommandError) as refused:
        create(*arguments)
    assert not ApiToken.objects.exists()
    return refused.value


def test_prints_the_secret_alone_and_it_works() -> None:
    printed = create("shop", "--service", "web-shop", "--role", "sales")

    assert printed == printed.strip() + "\n" and " " not in printed
    answer = Client().get("/api/v1/orders/", headers={"Authorization": f"Bearer {printed.strip()}"})
    assert answer.status_code == 200


def test_a_service_is_made_once_and_keeps_its_roles() -> None:
    create("one", "--service", "web-shop", "--role", "sales")
    create("two", "--service", "web-shop", "--role", "warehouse")
    create("three", "--service", "web-shop")

    service = User.objects.get()
    assert (service.is_service, service.has_usable_password(), service.is_staff) == (True, False, False)
    assert {group.name for group in service.groups.all()} == {"sales", "warehouse"}
    assert service.tokens.count() == 3


def test_scopes_narrow_it() -> None:
    create("shop", "--service", "web-shop", "--scope", "read", "--scope", "orders.place_order")

    token = ApiToken.objects.get()
    assert (token.scopes, token.created_by) == (["orders.place_order", "read"], "command:create_token")


def test_a_person_gets_a_token_with_their_own_rights() -> None:
    User.objects.create_superuser("ada")

    secret = create("laptop", "--user", "ada").strip()

    assert Client().get("/api/v1/orders/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_the_name_of_a_person_is_no_service() -> None:
    User.objects.create_user("ada")

    error = refusal("x", "--service", "ada")

    assert (error.returncode, str(error)) == (1, "'ada' is the name of a person.")


@pytest.mark.parametrize("name", ["nobody", "gone", "web-shop"])
def test_a_token_is_for_a_person_who_is_there(name: str) -> None:
    User.objects.create_user("gone", is_active=False)
    User.objects.create_user("web-shop", is_service=True)

    assert refusal("x", "--user", name).returncode == 2


def test_a_service_that_was_closed_gets_no_token() -> None:
    User.objects.create_user("web-shop", is_service=True, is_active=False)

    assert refusal("x", "--service", "web-shop").returncode == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("x",), ("x", "--user", "a", "--service", "b"), ("x", "--service", "b", "--role", "king"),
        ("x", "--user", "ada", "--role", "sales"), ("x", "--service", "b", "--expires", "soon"),
        ("x", "--user", ""), ("x", "--service", "b", "--scope", "orders.fly"),
        ("x", "--service", "b", "--scope", "read", "--scope", ""),
    ],
)  # fmt: skip
def test_wrong_usage_says_so(arguments: tuple[str, ...]) -> None:
    User.objects.create_user("ada")

    refusal(*arguments)


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "two\nlines"])
def test_a_token_has_a_name_that_can_be_read(name: str) -> None:
    refused = refusal(name, "--service", "web-shop")

    assert (refused.returncode, str(refused)[:20]) == (2, "A token needs a name")


def test_arguments_are_text() -> None:
    assert refusal("x", "--service", "caf\udce9").returncode == 2


@pytest.mark.parametrize("name", ["", " ", "x" * 151, "two\nlines"])
def test_a_service_has_a_name_that_can_be_stored(name: str) -> None:
    refused = refusal("x", "--service", name)

    assert (refused.returncode, str(refused)[:22]) == (2, "A service needs a name")


@pytest.mark.parametrize(
    "expires",
    ["-1d", "0d", "d", "90", "2020-01-31", "2026-02-30", "99999999999d", "1.5d", "x" * 99, "9999-12-31T23:59:59-12:00"],
)
def test_an_end_is_a_day_to_come(expires: str) -> None:
    refusal("x", "--service", "web-shop", f"--expires={expires}")


def test_an_end_in_days_is_counted_from_now() -> None:
    create("x", "--service", "web-shop", "--expires", "90d")

    expires = ApiToken.objects.get().expires_at
    assert expires is not None
    assert timedelta(days=89, hours=23) < expires - datetime.now(UTC) <= timedelta(days=90)


def test_a_date_ends_where_the_business_day_begins(settings: Any) -> None:
    settings.OMS_TIME_ZONE = "Europe/Berlin"

    create("x", "--service", "web-shop", "--expires", "2099-01-31")

    assert ApiToken.objects.get().expires_at == datetime(2099, 1, 31, tzinfo=ZoneInfo("Europe/Berlin"))


def test_a_time_keeps_its_zone() -> None:
    create("x", "--service", "web-shop", "--expires", "2099-01-31T12:00:00+05:00")

    assert ApiToken.objects.get().expires_at == datetime(2099, 1, 31, 7, tzinfo=UTC)
