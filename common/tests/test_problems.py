"""Every error under /api is a problem in JSON, and says nothing of our insides."""

import logging
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import UnreadablePostError
from django.test import Client

from common.errors import Busy
from customers import services
from customers.models import Customer
from oms.tests.addresses import EXAMPLES, World, address, call

pytestmark = pytest.mark.django_db

FIELDS = {"type", "title", "status", "detail", "instance", "code", "request_id"}
LIST = "/api/v1/customers/"


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    told: dict[str, Any] = answer.json()
    assert told.keys() >= FIELDS
    assert (told["status"], told["code"], told["type"]) == (status, code, f"urn:oms:problem:{code}")
    assert told["request_id"] == answer["X-Request-Id"]
    assert told["title"] and told["detail"]
    return told


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options", "head"])
@pytest.mark.parametrize(
    "path",
    [
        "/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/orders/", "/api/v1/nonsense/", "/api/v1/orders",
        "/api/v1/orders/1", "/api/v1/orders/1/confirm", "/api/v1/orders/1/nonsense/", "/api/v1/orders//",
        "/api/v1/products/1/adjust-stock", "/api/v1/orders/1/status/", "/api/../admin", "/api/v1/%00",
    ],
)  # fmt: skip
def test_an_unknown_address_is_not_found_and_never_redirected(path: str, method: str, api: Client) -> None:
    answer = getattr(api, method)(path)

    if method == "head":
        assert (answer.status_code, answer.content) == (404, b"")
    else:
        assert problem(answer, 404, "not_found")["instance"]


def test_a_method_that_is_not_offered_says_which_are(api: Client) -> None:
    for name in sorted({name for _, name in EXAMPLES}):
        offered = {method for method, other in EXAMPLES if other == name}
        where = address(name, World(1, 1, 1, 1))

        for method in {"get", "post", "put", "patch", "delete", "options", "trace"} - offered:
            answer = getattr(api, method)(where)
            problem(answer, 405, "method_not_allowed")
            assert {each.strip().lower() for each in answer["Allow"].split(",")} - {"head"} == offered, name


def test_a_made_up_method_is_not_allowed(api: Client) -> None:
    problem(api.generic("BREW", LIST), 405, "method_not_allowed")


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "image/*", "application/json;version=2x", "nonsense"]
)
def test_only_json_is_served(accept: str, api: Client) -> None:
    answer = api.get(LIST, headers={"Accept": accept})

    if answer.status_code != 200:
        problem(answer, 406, "not_acceptable")
    assert (answer.status_code == 200) == accept.startswith("application/json")


@pytest.mark.parametrize("accept", ["*/*", "application/*", "application/json", "text/html, application/json;q=0.5"])
def test_json_is_served_to_whoever_takes_it(accept: str, api: Client) -> None:
    assert api.get(LIST, headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "x",
        "json",
    ],
)
def test_only_json_is_accepted(content_type: str, api: Client) -> None:
    problem(api.post(LIST, b"email=a@b.de", content_type=content_type), 415, "unsupported_media_type")
    assert not Customer.objects.exists()


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_is_known_in_every_spelling(content_type: str, api: Client) -> None:
    body = b'{"email": "a@b.de", "first_name": "", "last_name": ""}'

    assert api.post(LIST, body, content_type=content_type).status_code == 201


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError("secret of the house"), 500, "internal_error"),
        (KeyError("secret of the house"), 500, "internal_error"),
        (RecursionError("secret of the house"), 500, "internal_error"),
        (PermissionDenied("secret of the house"), 403, "permission_denied"),
        (UnreadablePostError("secret of the house"), 400, "malformed_request"),
        (Busy("Too many."), 503, "busy"),
    ],
)
def test_whatever_happens_is_a_problem_without_internals(
    api: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    code: str,
) -> None:
    def fail(**fields: Any) -> None:
        raise error

    monkeypatch.setattr(services, "create_customer", fail)
    world = World.with_order("PENDING")

    with caplog.at_level(logging.ERROR):
        answer = call(api, ("post", "customer-list"), world)

    told = problem(answer, status, code)
    assert "secret" not in str(told) and "Traceback" not in str(told)
    assert ("Retry-After" in answer) == (code == "busy")
    recorded = [record.exc_info is not None for record in caplog.records if record.name == "common.api.problems"]
    assert recorded == ([True] if status == 500 else [])


def test_an_error_in_the_making_of_an_answer_undoes_the_act(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.api.views.ViewSet.etag", lambda view, record: 1 / 0)
    body = {"email": "grace@example.com", "first_name": "Grace", "last_name": "Hopper"}

    answer = call(api, ("post", "customer-list"), World(1, 1, 1, 1), body, **{"Idempotency-Key": "k"})

    problem(answer, 500, "internal_error")
    assert not Customer.objects.filter(email="grace@example.com").exists()


@pytest.mark.parametrize("host", ["a b", "evil.example/x", "[::1", "\x00", "a" * 300 + "_!"])
def test_a_host_that_is_none_is_malformed(host: str, api: Client) -> None:
    problem(api.get(LIST, headers={"Host": host}), 400, "malformed_request")


@pytest.mark.parametrize("cookie", ['"\\000aaaaaaaaaaaa"', "x" * 5_000, "\\ud800", "' OR 1=1 --"])
def test_a_cookie_of_rubbish_is_nobody(cookie: str) -> None:
    headers = {"Cookie": f"sessionid={cookie}"}

    problem(Client().get(LIST, headers=headers), 401, "not_authenticated")
    assert Client().get("/admin/login/", headers=headers).status_code == 200


def test_people_get_pages_and_no_problems() -> None:
    assert Client().get("/nonsense/")["Content-Type"].startswith("text/html")


def test_a_head_request_is_answered_like_a_get_without_its_body(api: Client) -> None:
    world = World.with_order("PENDING")

    for name in ("order-list", "order-detail", "product-detail", "order-events"):
        head, get = api.head(address(name, world)), api.get(address(name, world))
        assert (head.status_code, head.content, head.get("ETag")) == (200, b"", get.get("ETag"))
