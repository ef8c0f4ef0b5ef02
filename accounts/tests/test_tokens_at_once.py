"""Many requests with one token at the same moment do not wait for each other to note its use."""

from typing import Any

import pytest
from django.db import connection, transaction

from accounts import services
from accounts.models import ApiToken, User
from common.actors import Actor
from common.tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 20


@pytest.fixture
def secret() -> str:
    return services.create_token(User.objects.create_user("shop"), name="x", actor=Actor.command("test"))[1]


def authenticate_while_the_row_is_held(secret: str) -> list[Any]:
    """Each caller gives up at once where it would have to wait."""

    def impatient() -> ApiToken | None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1ms'")
        return services.authenticate(secret)

    with transaction.atomic():
        ApiToken.objects.update(last_used_at=None)
        return race(*[impatient] * TIMES)


def test_nobody_queues_on_the_row(secret: str) -> None:
    outcomes = authenticate_while_the_row_is_held(secret)

    assert {type(outcome).__name__ for outcome in outcomes} == {"ApiToken"}


def test_control_with_a_plain_update_they_queue(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def touch(token_id: int) -> None:
        ApiToken.objects.filter(pk=token_id).update(last_used_at=None)

    monkeypatch.setattr(services, "_touch", touch)

    outcomes = authenticate_while_the_row_is_held(secret)

    assert {type(outcome).__name__ for outcome in outcomes} == {"OperationalError"}


def test_the_use_of_a_minute_is_written_once(secret: str) -> None:
    race(*[lambda: services.authenticate(secret)] * TIMES)
    first_use = ApiToken.objects.get().last_used_at
    race(*[lambda: services.authenticate(secret)] * TIMES)

    assert first_use is not None
    assert ApiToken.objects.get().last_used_at == first_use
