"""Signing in to the back-office, and guessing passwords."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/login/?next=/admin/"


@pytest.fixture(autouse=True)
def ada() -> User:
    return User.objects.create_user("ada", password="a good one", is_staff=True)


def sign_in(password: str, *, name: str = "ada", address: str = "10.0.0.1") -> HttpResponse:
    body = {"username": name, "password": password}
    answer: HttpResponse = Client(REMOTE_ADDR=address).post(ADDRESS, body)  # type: ignore[assignment]
    return answer


def guess(times: int) -> None:
    for _ in range(times):
        sign_in("wrong")


def test_the_right_password_lets_in_and_forgets_the_wrong_ones() -> None:
    guess(settings.AXES_FAILURE_LIMIT - 1)

    assert sign_in("a good one").status_code == 302
    guess(settings.AXES_FAILURE_LIMIT - 1)
    assert sign_in("a good one").status_code == 302


def test_who_guesses_is_locked_out_even_with_the_right_password_and_told_so() -> None:
    guess(settings.AXES_FAILURE_LIMIT)

    answer = sign_in("a good one")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert "for 15 minutes" in answer.content.decode()
    assert "sessionid" not in answer.cookies


def test_others_still_come_in() -> None:
    User.objects.create_user("grace", password="hers", is_staff=True)
    guess(settings.AXES_FAILURE_LIMIT)

    assert sign_in("a good one", address="10.0.0.2").status_code == 302
    assert sign_in("hers", name="grace").status_code == 302


def test_after_a_while_one_may_try_again_however_often_one_knocked() -> None:
    guess(settings.AXES_FAILURE_LIMIT + 5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - settings.AXES_COOLOFF_TIME - timedelta(seconds=1))

    assert sign_in("a good one").status_code == 302


def test_no_password_is_kept() -> None:
    sign_in("wrong but nearly")

    (attempt,) = AccessAttempt.objects.values()
    assert "nearly" not in str(attempt)
