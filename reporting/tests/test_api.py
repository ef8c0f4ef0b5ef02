"""Reports over the API: the same figures as the command's, as JSON or as a file, and nothing twice."""

import csv
import io
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.exports import files
from customers.services import change_customer
from events.services import extent
from orders.models import Order
from orders.services import confirm_order
from orders.tests.factories import ACTOR, OrderFactory
from reporting.definitions import Form
from reporting.reports import REPORTS
from reporting.tests.asking import content, report, rows_of_csv, sheets_of_xlsx
from reporting.writing import MEDIA_TYPES

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

JANUARY = {"from": "2011-01-01", "to": "2011-02-01", "tz": "Europe/Berlin", "by": "month"}


def address(name: str) -> str:
    return f"/api/v1/reports/{name}/"


def needed(name: str) -> dict[str, str]:
    return {"product": "-LAN"} if REPORTS[name].takes("product") else {}


@pytest.mark.usefixtures("january")
def test_every_report_says_the_same_as_the_command(api: Client) -> None:
    for name in REPORTS:
        asked = needed(name)
        arguments = [word for key, value in asked.items() for word in (f"--{key}={value}",)]
        document = json.loads(content(api.get(address(name), asked)))
        printed = json.loads(report(name, *arguments, "--format", "json"))
        assert document["meta"].pop("as_of") < printed["meta"].pop("as_of")
        assert document == printed, name
        text = content(api.get(address(name), {**asked, "format": "csv"})).decode()
        assert text == report(name, *arguments, "--format", "csv"), name
        sheets = sheets_of_xlsx(content(api.get(address(name), {**asked, "format": "xlsx"})))
        assert len(sheets["Report"]) == len(rows_of_csv(text)) + 1, name


@pytest.mark.usefixtures("january")
def test_the_same_parameters_mean_the_same(api: Client) -> None:
    document = json.loads(content(api.get(address("sales"), {**JANUARY, "limit": "5"})))

    assert [row["net_cents"] for row in document["rows"]] == [370_368]
    assert document["meta"]["range"] == (
        "2011-01-01 up to, but not including, 2011-02-01 (31 days), days in Europe/Berlin"
    )


@pytest.mark.usefixtures("january")
def test_a_file_says_what_it_is_and_how_long(api: Client) -> None:
    for name, kind in (("csv", "text/csv; charset=utf-8"), ("xlsx", MEDIA_TYPES["xlsx"])):
        answer = api.get(address("sales"), {**JANUARY, "format": name})
        assert answer["Content-Type"] == kind
        assert answer["Content-Disposition"] == f'attachment; filename="sales.{name}"'
        assert int(answer["Content-Length"]) == len(content(answer))


@pytest.mark.usefixtures("january")
def test_a_file_may_be_asked_for_in_accept_too(api: Client) -> None:
    for name, media_type in MEDIA_TYPES.items():
        for accept in (media_type.partition(";")[0], "*/*", "application/json"):
            answer = api.get(address("sales"), {"format": name}, headers={"Accept": accept})
            assert (answer.status_code, answer["Content-Type"]) == (200, media_type)
            assert content(answer)
        answer = api.get(address("sales"), headers={"Accept": media_type})
        assert (answer["Content-Type"], bool(content(answer))) == (media_type, True)
    refused = api.get(address("sales"), {"nonsense": "1"}, headers={"Accept": "text/csv"})
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert api.get(address("sales"), headers={"Accept": "text/html"}).status_code == 406
    assert api.get("/api/v1/reports/", headers={"Accept": "text/csv"}).status_code == 406


@pytest.mark.usefixtures("january")
def test_a_long_answer_waits_on_disk_and_is_the_same(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    short = content(api.get(address("sales"), {"format": "csv"}))
    monkeypatch.setattr(files, "MOST_IN_MEMORY", 1)

    assert content(api.get(address("sales"), {"format": "csv"})) == short


def test_a_failure_on_the_way_is_a_problem_and_no_half_of_a_file(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.services.CHUNK", "nonsense")

    answer = api.get(address("sales"), {"format": "csv"})

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")


MISTAKES = {
    "a day": ({"from": "2011-02-30"}, "/from"),
    "the order of days": ({"from": "2011-02-02", "to": "2011-02-01"}, "/to"),
    "steps": ({"by": "hour"}, "/by"),
    "a zone": ({"tz": "FOO+3"}, "/tz"),
    "a limit": ({"limit": "-1"}, "/limit"),
    "a format": ({"format": "table"}, "/format"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_pointed_at(mistake: str, api: Client) -> None:
    given, pointer = MISTAKES[mistake]

    answer = api.get(address("sales"), given)

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_what_a_report_does_not_take_is_unknown(api: Client) -> None:
    for name, given in (("products", {"by": "day"}), ("stock", {"from": "today"}), ("sales", {"product": "x"})):
        answer = api.get(address(name), given)
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")


def test_a_ledger_needs_a_product_that_exists(api: Client) -> None:
    for given, code in (({}, "invalid"), ({"product": "nope"}, "unknown_product"), ({"product": "a\0"}, "invalid")):
        answer = api.get(address("ledger"), given)
        assert answer.status_code == 400
        assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [("/product", code)]


def test_a_report_that_is_none_is_not_found(api: Client) -> None:
    assert api.get(address("nope")).status_code == 404


def test_the_list_says_what_can_be_asked(api: Client, api_as: Callable[[str], Client]) -> None:
    reports = {each["name"]: each for each in api.get("/api/v1/reports/").json()["results"]}

    assert reports.keys() == REPORTS.keys()
    assert [each["name"] for each in reports["sales"]["parameters"]] == ["by", "from", "to", "tz", "limit"]
    assert reports["sales"]["parameters"][0]["choices"] == ["day", "week", "month", "quarter"]
    assert reports["ledger"]["parameters"][0]["required"] is True
    assert {"name": "net_cents", "kind": "cents", "label": "Net"} in reports["sales"]["columns"]
    warehouse = {each["name"] for each in api_as("warehouse").get("/api/v1/reports/").json()["results"]}
    assert "stock" in warehouse and "sales" not in warehouse


# ETags


def tag(api: Client, name: str = "sales", **given: str) -> str:
    answer = api.get(address(name), {**needed(name), **given})
    content(answer)
    assert answer["ETag"].startswith('W/"')
    return str(answer["ETag"])


@pytest.mark.usefixtures("january")
def test_an_unchanged_report_is_known_and_costs_one_small_query(api: Client) -> None:
    await_fence()
    for name in REPORTS:
        known = tag(api, name)
        with CaptureQueriesContext(connections["report"]) as asked:
            answer = api.get(address(name), needed(name), headers={"If-None-Match": f'"5", {known}'})
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", known)
        # Begin, read only, how far the log reaches, commit; a product is looked for before it is reported on.
        assert len(asked) == 4 + (name == "ledger")


def await_fence() -> None:
    """Until no transaction of another test, in its database of the same cluster, keeps our events from being settled.

    As long as the fence moves, so does the tag: a report may then be sent once more than needed.
    """
    until = time.monotonic() + 60
    while extent().beyond and time.monotonic() < until:
        time.sleep(0.05)


@pytest.mark.usefixtures("january")
def test_every_event_makes_it_another(api: Client) -> None:
    order = Order.objects.get()
    acts: dict[str, Callable[[], Any]] = {
        "an order": OrderFactory,
        "a status": lambda: confirm_order(order.pk, actor=ACTOR),
        "a name": lambda: change_customer(order.customer_id, actor=ACTOR, first_name="Grace"),
    }
    for name, act in acts.items():
        known = tag(api)
        act()
        answer = api.get(address("sales"), headers={"If-None-Match": known})
        assert (answer.status_code, content(answer)[:1]) == (200, b"{"), name


@pytest.mark.usefixtures("january")
def test_what_was_asked_is_part_of_it(api: Client) -> None:
    asked: list[dict[str, str]] = [{}, {"by": "week"}, {"tz": "Asia/Kathmandu"}, {"limit": "1"}, {"format": "csv"}]
    asked += [{"from": "2011-01-01"}, {"to": "2011-01-01"}]

    tags = {tag(api, **given) for given in asked} | {tag(api, "customers")}

    assert len(tags) == len(asked) + 1
    assert tag(api, **{"from": "2011-01-01", "tz": "UTC"}) == tag(api, **{"from": "2011-01-01"})


@pytest.mark.usefixtures("january")
def test_words_are_known_for_as_long_as_they_mean_the_same(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def on(day: int, name: str, **given: str) -> str:
        moment = datetime(2011, 3, day, 12, tzinfo=UTC)
        monkeypatch.setattr("reporting.parameters.timezone.now", lambda: moment)
        return tag(api, name, **given)

    await_fence()
    assert on(1, "sales", **{"from": "this-month"}) == on(2, "sales", **{"from": "this-month"})
    assert on(1, "sales", **{"from": "today"}) != on(2, "sales", **{"from": "today"})
    # Ages and paces go with the day, though nobody asked for one.
    for name in REPORTS:
        assert (on(1, name) == on(2, name)) is (name not in ("products", "orders-by-age", "open-balances")), name


@pytest.mark.django_db(transaction=True, databases=["default", "report", "migration"])
@pytest.mark.usefixtures("january")
def test_an_event_behind_the_fence_counts_as_soon_as_it_is_seen(api: Client) -> None:
    """A transaction that is still open holds the fence; what commits meanwhile is seen beyond it."""
    with connections["migration"].cursor() as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_current_xact_id()")
        try:
            known, before = tag(api), extent()
            OrderFactory()
            assert extent().last == before.last and extent().beyond > before.beyond
            assert tag(api) != known
        finally:
            other.execute("ROLLBACK")
    await_fence()
    assert extent().beyond == 0


def test_every_form_of_a_parameter_is_described() -> None:
    schemas = {parameter.form for each in REPORTS.values() for parameter in each.parameters}

    assert schemas == set(Form)


@pytest.mark.usefixtures("january")
def test_no_cell_of_a_file_runs_as_a_formula(api: Client) -> None:
    text = content(api.get(address("customers"), {"format": "csv"})).decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    sheet = sheets_of_xlsx(content(api.get(address("customers"), {"format": "xlsx"})))["Report"]

    assert (row["email"], row["first_name"]) == ("'+ada@example.com", "'=1+1")
    assert sheet[1][1:3] == [("'+ada@example.com",), ("'=1+1",)]
