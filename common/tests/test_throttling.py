"""No caller may ask more than their share, and each is told when to come back."""

import time
from typing import Any

import pytest
from django.test import Client

from common.api import throttling
from common.api.throttling import Bucket, Buckets

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of day of this process; a test moves it."""
    moment = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    return moment


@pytest.fixture
def three_a_minute(monkeypatch: pytest.MonkeyPatch, settings: Any, clock: list[float]) -> None:
    settings.OMS_API_REQUESTS_PER_MINUTE, settings.OMS_WEB_WORKERS = 6, 2
    monkeypatch.setattr(throttling, "BUCKETS", Buckets(throttling.share()))


def ask(client: Client) -> Any:
    return client.get("/api/v1/orders/")


@pytest.mark.usefixtures("three_a_minute")
def test_a_process_lets_through_its_share_and_then_says_how_long_to_wait(api: Client, clock: list[float]) -> None:
    answers = [ask(api) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["4", "2", "0", "0"]
    assert (answers[0]["RateLimit-Limit"], answers[0]["RateLimit-Reset"]) == ("6", "20")
    assert answers[3].json()["code"] == "throttled"
    clock[0] += int(answers[3]["Retry-After"]) - 1.1
    assert ask(api).status_code == 429
    clock[0] += 1.2
    assert ask(api).status_code == 200


@pytest.mark.usefixtures("three_a_minute")
def test_one_callers_haste_is_not_anothers(api: Client, api_as: Any) -> None:
    for _ in range(4):
        ask(api)

    assert ask(api).status_code == 429
    assert ask(api_as("viewer")).status_code == 200


@pytest.mark.usefixtures("three_a_minute")
def test_a_limit_of_nothing_is_none(api: Client, settings: Any) -> None:
    settings.OMS_API_REQUESTS_PER_MINUTE = 0

    assert {ask(api).status_code for _ in range(8)} == {200}


def test_a_bucket_never_holds_more_than_its_capacity() -> None:
    bucket = Bucket(capacity=2, rate=1, level=0, filled_at=0)

    assert [bucket.take(100), bucket.take(100), bucket.take(100)] == [0, 0, 1]


def test_buckets_that_are_full_again_are_forgotten(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    monkeypatch.setattr(throttling, "MOST_BUCKETS", 2)
    buckets = Buckets(60)
    buckets.take("early")
    clock[0] += 30
    buckets.take("late")

    buckets.take("new")

    assert set(buckets.by_caller) == {"late", "new"}
