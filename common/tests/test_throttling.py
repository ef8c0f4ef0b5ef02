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
def three_a_minute(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    """The share of one process of two that let through six together."""
    monkeypatch.setattr(throttling, "BUCKETS", Buckets(6, processes=2))


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
def test_a_limit_of_nothing_is_none(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "BUCKETS", Buckets(0, processes=2))

    answers = [ask(api) for _ in range(8)]

    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit-Limit" not in answers[0]


@pytest.mark.usefixtures("three_a_minute")
@pytest.mark.parametrize(
    ("method", "address", "headers", "status"),
    [
        ("get", "orders/", {}, 200),
        ("get", "orders/?nonsense=1", {}, 400),
        ("post", "orders/", {}, 403),
        ("get", "orders/987654321/", {}, 404),
        ("delete", "orders/", {}, 405),
        ("get", "orders/", {"Accept": "text/html"}, 406),
        ("post", "tokens/", {"Content-Type": "text/plain"}, 415),
    ],
)
def test_every_answer_counts_and_says_what_is_left(
    method: str, address: str, headers: dict[str, str], status: int, api_as: Any
) -> None:
    viewer = api_as("viewer")

    answers = [getattr(viewer, method)(f"/api/v1/{address}", headers=headers) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [status, status, status, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["4", "2", "0", "0"]
    assert answers[3]["Content-Type"] == "application/problem+json"


@pytest.mark.usefixtures("three_a_minute")
def test_a_stranger_has_no_bucket() -> None:
    answers = [ask(Client(headers={"Authorization": "Bearer oms_nobody"})) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {401}
    assert throttling.BUCKETS.by_caller == {}


def let_through(*processes: Buckets) -> int:
    """How many of many requests at once, spread over these processes."""
    return [process.take("shop")[0] for process in processes for _ in range(100)].count(0)


@pytest.mark.usefixtures("clock")
def test_processes_that_know_how_many_they_are_keep_the_limit_together() -> None:
    assert let_through(*[Buckets(60, processes=2) for _ in range(2)]) == 60


@pytest.mark.usefixtures("clock")
def test_control_processes_that_do_not_know_of_each_other_let_through_more() -> None:
    assert let_through(*[Buckets(60, processes=1) for _ in range(2)]) == 120


def test_a_limit_below_the_number_of_processes_is_kept_in_the_long_run(clock: list[float]) -> None:
    processes = [Buckets(1, processes=4) for _ in range(4)]

    at_once = [each.take("shop")[0] for each in processes]
    clock[0] += 60
    a_minute_later = [each.take("shop")[0] for each in processes]

    assert at_once == [0, 0, 0, 0]
    assert a_minute_later == [180, 180, 180, 180]


def test_whoever_waits_as_told_is_let_through_by_whichever_process(clock: list[float]) -> None:
    processes = [Buckets(6, processes=2) for _ in range(2)]
    for _ in range(3):
        processes[0].take("shop")
        clock[0] += 5
        processes[1].take("shop")
    longest = 1 / processes[0].rate

    clock[0] += longest

    assert [each.take("shop")[0] for each in processes] == [0, 0]


def test_a_bucket_never_holds_more_than_its_capacity() -> None:
    bucket = Bucket(capacity=2, rate=1, level=0, filled_at=0)

    assert [bucket.take(100), bucket.take(100), bucket.take(100)] == [0, 0, 1]


def test_buckets_that_are_full_again_are_forgotten(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    monkeypatch.setattr(throttling, "MOST_BUCKETS", 2)
    buckets = Buckets(60, processes=1)
    buckets.take("early")
    clock[0] += 30
    buckets.take("late")

    buckets.take("new")

    assert set(buckets.by_caller) == {"late", "new"}
