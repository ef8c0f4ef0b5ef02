"""One limit kept by several web processes: a real server, asked more than it allows."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from oms.tests.scratch import Served, installation, serving

PER_MINUTE, PROCESSES = 60, 2
CLIENTS, EACH = 8, 20
Answer = tuple[int, dict[str, str]]


VARIABLES = {"OMS_API_REQUESTS_PER_MINUTE": str(PER_MINUTE), "GRANIAN_WORKERS": str(PROCESSES)}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with installation() as place, serving(place, port=None, **VARIABLES) as running:
        yield running


@pytest.fixture
def token(served: Served) -> str:
    return served.place.do("create_token", "hasty", "--service", "shop", "--role", "viewer").strip()


def ask(served: Served, token: str, address: str = "me/") -> Answer:
    """On a connection of its own, which any process may take."""
    line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    try:
        line.request("GET", f"/api/v1/{address}", headers={"Authorization": f"Bearer {token}"})
        response = line.getresponse()
        response.read()
        return response.status, dict(response.getheaders())
    finally:
        line.close()


def ask_in_haste(served: Served, token: str) -> tuple[list[Answer], float]:
    """The answers of many clients at once, and how many seconds it took."""
    answers: list[Answer] = []
    began = time.monotonic()
    clients = [
        threading.Thread(target=lambda: answers.extend(ask(served, token) for _ in range(EACH))) for _ in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return answers, time.monotonic() - began


def most(seconds: float) -> float:
    """How many requests all processes together may let through in this time, full buckets included."""
    return PER_MINUTE + seconds * PER_MINUTE / 60 + PROCESSES


def test_together_they_let_through_what_the_limit_says_and_the_wait_they_name_suffices(
    served: Served, token: str
) -> None:
    answers, seconds = ask_in_haste(served, token)

    statuses = Counter(status for status, _ in answers)
    assert statuses.keys() == {200, 429}
    assert PER_MINUTE / PROCESSES <= statuses[200] <= most(seconds)
    assert {headers["ratelimit-limit"] for _, headers in answers} == {str(PER_MINUTE)}
    assert all("ratelimit-remaining" in headers and "ratelimit-reset" in headers for _, headers in answers)

    refused = [headers for status, headers in answers if status == 429]
    assert {headers["content-type"] for headers in refused} == {"application/problem+json"}
    (wait,) = {int(headers["retry-after"]) for headers in refused}
    time.sleep(wait)
    assert ask(served, token)[0] == 200


def test_one_tokens_haste_is_not_anothers(served: Served, token: str) -> None:
    ask_in_haste(served, token)

    assert ask(served, served.token)[0] == 200


def test_every_process_was_told_how_many_they_are(served: Served) -> None:
    fresh = served.place.do("create_token", "fresh", "--service", "shop").strip()

    seen = {ask(served, fresh)[1]["ratelimit-remaining"] for _ in range(3)}

    assert seen <= {str(PER_MINUTE - PROCESSES * taken) for taken in range(1, 4)}


def test_a_revoked_token_is_refused_by_every_process_at_once(served: Served, token: str) -> None:
    listed = served.place.do("tokens", "list", "--user", "shop").splitlines()
    assert {ask(served, token)[0] for _ in range(10)} == {200}

    served.place.do("tokens", "revoke", listed[-1].partition(",")[0])

    assert {ask(served, token)[0] for _ in range(10)} == {401}
