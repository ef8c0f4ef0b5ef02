"""The API's description of itself: complete, true to what is served, and shown under a strict policy."""

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from common.api.answers import codes
from common.api.documents import document
from common.imports.fields import WrongMap
from common.imports.previews import PreviewGone
from common.imports.sources import UnreadableFile
from common.imports.staging import RunLost
from oms.tests.addresses import EXAMPLES, World, address

COMMITTED = Path(settings.BASE_DIR, "docs", "openapi.json")
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(document())
    return made


def operations(described: dict[str, Any]) -> list[dict[str, Any]]:
    return [path[method] for path in described["paths"].values() for method in METHODS if method in path]


def test_the_committed_document_is_that_of_the_code(described: dict[str, Any]) -> None:
    assert json.loads(COMMITTED.read_text()) == described, "run `make openapi` and commit docs/openapi.json"


def test_it_is_valid_and_without_a_warning(tmp_path: Path) -> None:
    file = str(tmp_path / "openapi.json")

    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", "--file", file)


def test_it_describes_every_call(described: dict[str, Any]) -> None:
    assert len(operations(described)) == len(EXAMPLES)
    assert len({each["operationId"] for each in operations(described)}) == len(EXAMPLES)


def test_every_call_says_what_it_is_for_and_who_may(described: dict[str, Any]) -> None:
    for operation in operations(described):
        assert operation["summary"], operation
        needed = r"Needs (the permission `\w+\.\w+`|no permission of its own)\."
        assert re.search(needed, operation["description"]), operation
        assert operation["security"] == [{"token": []}, {"session": []}]


def test_every_code_of_a_problem_is_named() -> None:
    sources = [path for path in Path(settings.BASE_DIR).glob("*/**/*.py") if ".venv" not in path.parts]
    pattern = re.compile(r'^    (?:default_)?code = "(\w+)"$', re.MULTILINE)
    declared = {code for path in sources if "tests" not in path.parts for code in pattern.findall(path.read_text())}

    of_imports = {UnreadableFile.code, WrongMap.code, RunLost.code, PreviewGone.code}
    assert declared - {"error"} - of_imports == set(codes()) & declared
    assert not of_imports & set(codes())
    assert set(codes()) <= set(re.findall(r"\w+", Path(settings.BASE_DIR, "docs", "api.md").read_text()))


# Examples


def bodies(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The content of every request and every good answer."""
    found = []
    for operation in operations(described):
        name = operation["operationId"]
        found += [(f"{name} takes", content) for content in contents(operation.get("requestBody", {}))]
        for status, answer in operation["responses"].items():
            found += [(f"{name} answers {status}", content) for content in contents(answer)]
    for name, answer in described["components"]["responses"].items():
        found += [(name, content) for content in contents(answer)]
    return found


def contents(described: dict[str, Any]) -> list[dict[str, Any]]:
    return list(described.get("content", {}).values())


def test_every_body_has_an_example_that_is_one(described: dict[str, Any]) -> None:
    for name, content in bodies(described):
        schema = {**content["schema"], "components": described["components"]}
        assert content.get("examples"), name
        for example in content["examples"].values():
            faults = [fault.message for fault in Draft202012Validator(schema).iter_errors(example["value"])]
            assert not faults, (name, faults)


# As it is served


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?dry_run=true", "?limit=1"])
def test_a_method_that_is_not_described_is_not_allowed(query: str, api: Client) -> None:
    for name in sorted({name for _, name in EXAMPLES}):
        described = {method for method, known in EXAMPLES if known == name}
        where = address(name, World(1, 1, 1, 1)) + query

        for method in {"get", "post", "put", "patch", "delete"} - described:
            assert getattr(api, method)(where).status_code == 405, (name, method)


@pytest.mark.parametrize("page", ["/api/v1/openapi.json", "/api/v1/docs/"])
def test_anybody_may_read_it(page: str, client: Client) -> None:
    assert client.get(page).status_code == 200
    for refused in (client.post(page), client.options(page)):
        assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")
        assert refused["Allow"] == "GET, HEAD"


def test_the_document_is_served_as_json(client: Client, described: dict[str, Any]) -> None:
    answer = client.get("/api/v1/openapi.json")

    assert answer["Content-Type"] == "application/json"
    assert answer.json() == described


@pytest.mark.django_db  # a file that is closed ends a request
def test_the_page_runs_nothing_but_files_of_ours(client: Client) -> None:
    answer = client.get("/api/v1/docs/", headers={"Accept": "text/html"})
    page = answer.content.decode()

    assert answer["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not re.search(r"<style|<script>|\son\w+=|style=|https?://", page)
    for source in re.findall(r'(?:src|href)="([^"]+)"', page):
        with closing(client.get(source)) as file:
            assert file.status_code == 200, source


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/orders/", "/api/v1/openapi.json", "/api/v1/nowhere"])
def test_an_answer_of_the_api_runs_nothing(path: str, client: Client) -> None:
    assert client.get(path)["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_pages_of_the_back_office_run_and_load_what_is_the_systems_own(client: Client) -> None:
    policy = client.get("/admin/login/")["Content-Security-Policy"].split("; ")

    assert "script-src 'self' 'unsafe-eval'" in policy  # the theme's Alpine evaluates expressions
    assert {"default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "form-action 'self'"} <= set(policy)
