"""`manage.py report` as operators and their scripts meet it."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from django.core.management import CommandError

from common.tests import processes
from reporting.reports import REPORTS
from reporting.tests.asking import report, rows_of_csv

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

JANUARY = ("--from", "2011-01-01", "--to", "2011-02-01", "--tz", "Europe/Berlin", "--by", "month")
SALES = {
    "period": "2011-01",
    "starts_on": "2011-01-01",
    "orders": 1,
    "units": 3,
    "gross_cents": 370_368,
    "cancelled_orders": 0,
    "cancelled_units": 0,
    "cancelled_cents": 0,
    "short_closed_units": 0,
    "short_closed_cents": 0,
    "returned_units": 0,
    "returned_cents": 0,
    "net_units": 3,
    "net_cents": 370_368,
    "average_order_cents": 370_368,
}


@pytest.mark.usefixtures("january")
def test_json_is_meta_columns_and_rows_with_money_in_cents() -> None:
    document = json.loads(report("sales", *JANUARY, "--format", "json"))

    assert document["rows"] == [SALES]
    assert [column["name"] for column in document["columns"]] == list(SALES)
    assert {column["kind"] for column in document["columns"]} == {"text", "date", "integer", "cents"}
    meta = document["meta"]
    assert datetime.fromisoformat(meta.pop("as_of")).tzinfo is not None
    assert meta == {
        "report": "sales",
        "from": "2011-01-01",
        "to": "2011-02-01",
        "tz": "Europe/Berlin",
        "by": "month",
        "at": None,
        "product": None,
        "limit": None,
        "range": "2011-01-01 up to, but not including, 2011-02-01 (31 days), days in Europe/Berlin",
        "currency": "EUR",
    }


@pytest.mark.usefixtures("january")
def test_csv_is_data_alone_and_the_range_goes_to_stderr() -> None:
    status, out, err = processes.run("report", "sales", *JANUARY, "--format", "csv")

    assert (status, out.count("\n")) == (0, 2), err
    assert rows_of_csv(out) == [{name: str(value) for name, value in SALES.items()}]
    assert err == ("sales by month, 2011-01-01 up to, but not including, 2011-02-01 (31 days), days in Europe/Berlin\n")


@pytest.mark.usefixtures("january")
def test_the_table_has_money_in_units_and_says_its_range() -> None:
    lines = report("sales", *JANUARY).splitlines()

    assert re.split("  +", lines[0])[:5] == ["Period", "Starts on", "Orders", "Units", "Gross EUR"]
    nothing = ["0", "0", "0.00", "0", "0.00", "0", "0.00"]  # cancelled, given up, sent back
    assert lines[2].split() == ["2011-01", "2011-01-01", "1", "3", "3,703.68", *nothing, "3", "3,703.68", "3,703.68"]
    assert lines[-1].startswith("sales by month, 2011-01-01 up to, but not including, 2011-02-01 (31 days)")


@pytest.mark.usefixtures("january")
def test_no_cell_of_a_csv_runs_as_a_formula() -> None:
    (customer,) = rows_of_csv(report("customers", "--format", "csv"))
    (product,) = rows_of_csv(report("products", "--format", "csv"))

    assert (customer["email"], customer["first_name"]) == ("'+ada@example.com", "'=1+1")
    assert customer["last_name"] == 'O"Neill\n'
    assert product["sku"] == "'-LAN"


@pytest.mark.usefixtures("january")
def test_json_has_text_as_it_is_and_the_table_nothing_that_speaks_to_the_terminal() -> None:
    (product,) = json.loads(report("products", "--format", "json"))["rows"]

    assert (product["sku"], product["name"]) == ("-LAN", "Lantern, brass \x1b[31m")
    assert "Lantern, brass ?[31m" in report("products")


@pytest.mark.usefixtures("january")
def test_the_day_belongs_to_the_zone() -> None:
    def orders(zone: str, first: str, end: str) -> int:
        asked = ("--from", first, "--to", end, "--tz", zone, "--format", "csv")
        return len(rows_of_csv(report("sales", *asked)))

    assert orders("Europe/Berlin", "2011-01-31", "2011-02-01") == 1
    assert orders("Asia/Kathmandu", "2011-01-31", "2011-02-01") == 0
    assert orders("Asia/Kathmandu", "2011-02-01", "2011-02-02") == 1
    assert orders("Europe/Berlin", "2011-01-31", "2011-01-31") == 0


@pytest.mark.usefixtures("january")
def test_the_zone_is_that_of_the_business_unless_another_is_asked_for(settings: Any) -> None:
    settings.OMS_TIME_ZONE = "Asia/Kathmandu"

    document = json.loads(report("sales", "--format", "json"))

    assert (document["meta"]["tz"], document["rows"][0]["period"]) == ("Asia/Kathmandu", "2011-02-01")
    assert document["meta"]["range"] == "all time, days in Asia/Kathmandu"


@pytest.mark.usefixtures("january")
def test_an_empty_answer_is_still_a_whole_one() -> None:
    asked = ("sales", "--to", "2011-01-01")

    assert rows_of_csv(report(*asked, "--format", "csv")) == []
    assert json.loads(report(*asked, "--format", "json"))["rows"] == []
    assert report(*asked).splitlines()[-1].startswith("sales by day, all time up to, but not including, 2011-01-01")


@pytest.mark.usefixtures("january")
def test_any_connection_can_be_asked_every_report() -> None:
    for name, each in REPORTS.items():
        needed = ("--product=-LAN",) if each.takes("product") else ()
        answers = {using: report(name, *needed, "--using", using) for using in ("report", "default")}
        assert answers["report"] == answers["default"], name


@pytest.mark.usefixtures("january")
def test_every_output_says_what_was_asked() -> None:
    words = "sales by month, 2011-01-01 up to, but not including, 2011-02-01 (31 days), days in Europe/Berlin"
    for name in ("table", "markdown"):
        assert report("sales", *JANUARY, "--format", name).splitlines()[-1] == words
    status, out, err = processes.run("report", "sales", *JANUARY, "--format", "ndjson")
    assert (status, json.loads(out), err) == (0, SALES, f"{words}\n")


def test_list_names_every_report_with_description_and_parameters() -> None:
    text = report("list")

    for each in REPORTS.values():
        assert f"{each.name}\n    {each.description}\n" in text
    assert "[--by day|week|month|quarter] [--from DAY]" in text
    assert "    --product SKU [--from DAY]" in text


MISTAKES = {
    "report": (("nope",), "There is no report 'nope'"),
    "zone": (("sales", "--tz", "Mars/Olympus"), "--tz: there is no time zone"),
    "zone that PostgreSQL alone would take": (("sales", "--tz", "FOO+3"), "--tz: there is no time zone"),
    "zone that Python alone would take": (("sales", "--tz", "localtime"), "--tz: there is no time zone"),
    "zone that is a path": (("sales", "--tz", "../../etc/passwd"), "--tz: there is no time zone"),
    "date": (("sales", "--from", "2011-02-30"), "--from: '2011-02-30' is not a day"),
    "date in another form": (("sales", "--to", "20110131"), "--to: '20110131' is not a day"),
    "days beyond the calendar": (("sales", "--from", "999999d"), "--from: '999999d' is not a day"),
    "end before start": (("sales", "--from", "2011-02-01", "--to", "2011-01-31"), "--to: 2011-01-31 is before"),
    "steps": (("sales", "--by", "hour"), "--by: 'hour' is none of day, week, month, quarter"),
    "parameter of another report": (("products", "--by", "day"), "--by: the report products has no such"),
    "a statement of nothing": (("ledger",), "--product: is needed"),
    "a product that is none": (("ledger", "--product", "nope"), "--product: there is no product 'nope'"),
    "a moment to come": (("stock-as-of", "--at", "2999-01-01"), "--at: what will be at 2999-01-01"),
    "negative limit": (("sales", "--limit", "-1"), "--limit: '-1' is not a number of rows"),
    "parameters of the list": (("list", "--by", "day"), "list takes no parameters, not --by"),
    "a format of the list": (("list", "--format", "json"), "list takes no parameters, not --format"),
    "a file for a rebuild": (("rebuild", "--output", "x"), "rebuild takes no parameters, not --output"),
    "a connection for a rebuild": (("rebuild", "--using", "report"), "rebuild takes no parameters, not --using"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_one_line_with_status_2(mistake: str) -> None:
    arguments, words = MISTAKES[mistake]

    with pytest.raises(CommandError) as refused:
        report(*arguments)

    assert str(refused.value).startswith(words)
    assert (refused.value.returncode, "\n" in str(refused.value)) == (2, False)


@pytest.mark.parametrize("arguments", [("nope",), ("sales", "--tz", "?")])
def test_a_process_with_a_mistake_ends_with_status_2_and_says_nothing_on_stdout(arguments: tuple[str, ...]) -> None:
    status, out, err = processes.run("report", *arguments)

    assert (status, out, err.count("\n")) == (2, "", 1)
