"""`manage.py report` as operators and their scripts meet it."""

import csv
import io
import json
import re
import resource
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from common.tests import processes
from customers.tests.factories import CustomerFactory
from orders.models import Order
from orders.services import Line
from orders.tests.factories import OrderFactory
from products.tests.factories import ProductFactory
from reporting import services
from reporting.reports import REPORTS
from reporting.tests.books import set_created_at

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])


def report(*arguments: str) -> str:
    out = io.StringIO()
    call_command("report", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def rows_of_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def january() -> Order:
    """One order of three lanterns, on the last evening of January 2011 in Berlin."""
    lantern = ProductFactory(sku="-LAN", name="Lantern, brass \x1b[31m", price_cents=123_456)
    order = OrderFactory(
        customer_id=CustomerFactory(email="+ada@example.com", first_name="=1+1", last_name='O"Neill\n').pk,
        lines=[Line(quantity=3, product_id=lantern.pk)],
    )
    set_created_at(order.pk, datetime(2011, 1, 31, 22, 30, tzinfo=UTC))
    return order


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
    "net_units": 3,
    "net_cents": 370_368,
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
    assert lines[2].split() == ["2011-01", "2011-01-01", "1", "3", "3,703.68", "0", "0", "0.00", "3", "3,703.68"]
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


def test_list_names_every_report_with_description_and_parameters() -> None:
    text = report("list")

    for each in REPORTS.values():
        assert f"{each.name}\n    {each.description}\n" in text
    assert "[--by day|week|month] [--from DAY]" in text


MISTAKES = {
    "report": (("nope",), "There is no report 'nope'"),
    "zone": (("sales", "--tz", "Mars/Olympus"), "--tz: there is no time zone"),
    "zone that PostgreSQL alone would take": (("sales", "--tz", "FOO+3"), "--tz: there is no time zone"),
    "zone that is a path": (("sales", "--tz", "../../etc/passwd"), "--tz: there is no time zone"),
    "date": (("sales", "--from", "2011-02-30"), "--from: '2011-02-30' is not a day"),
    "date in another form": (("sales", "--to", "20110131"), "--to: '20110131' is not a day"),
    "days beyond the calendar": (("sales", "--from", "999999d"), "--from: '999999d' is not a day"),
    "end before start": (("sales", "--from", "2011-02-01", "--to", "2011-01-31"), "--to: 2011-01-31 is before"),
    "steps": (("sales", "--by", "hour"), "--by: 'hour' is none of day, week, month"),
    "parameter of another report": (("products", "--by", "day"), "--by: the report products has no such"),
    "negative limit": (("sales", "--limit", "-1"), "--limit: '-1' is not a number of rows"),
    "parameters of the list": (("list", "--by", "day"), "list takes no parameters"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_one_line_with_status_2(mistake: str) -> None:
    arguments, words = MISTAKES[mistake]

    with pytest.raises(CommandError) as refused:
        report(*arguments)

    assert str(refused.value).startswith(words)
    assert (refused.value.returncode, "\n" in str(refused.value)) == (2, False)


@pytest.mark.parametrize("arguments", [("nope",), ("sales", "--format", "pdf"), ("sales", "--tz", "?"), ()])
def test_a_process_with_a_mistake_ends_with_status_2_and_says_nothing_on_stdout(arguments: tuple[str, ...]) -> None:
    status, out, err = processes.run("report", *arguments)

    assert (status, out, err.count("\n")) == (2, "", 1)


# Files


@pytest.mark.usefixtures("january")
def test_a_file_holds_what_would_have_been_printed(tmp_path: Path) -> None:
    for name in ("table", "csv"):
        file = tmp_path / name
        file.write_text("before")

        assert report("sales", "--format", name, "--output", str(file)) == ""

        assert file.read_text() == report("sales", "--format", name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["csv", "table"]


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file can grow beyond some bytes: what a full disk does, but to this process alone."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.usefixtures("january", "full_disk")
def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text("before")

    with pytest.raises(CommandError, match=r"sales\.csv: File too large") as refused:
        report("sales", "--format", "csv", "--output", str(file))

    assert refused.value.returncode == 1
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("sales.csv", "before")]


def test_a_report_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "CHUNK", "nonsense")

    with pytest.raises(CommandError):
        report("sales", "--output", str(tmp_path / "sales.txt"))

    assert list(tmp_path.iterdir()) == []


def test_a_place_where_nothing_can_be_written_is_named(tmp_path: Path) -> None:
    for place, words in ((tmp_path / "none" / "x.csv", "No such file or directory"), (tmp_path, "not a file")):
        with pytest.raises(CommandError, match=words) as refused:
            report("sales", "--output", str(place))
        assert (refused.value.returncode, str(refused.value).startswith(f"{place}: ")) == (1, True)


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")

    report("sales", "--output", str(tmp_path / "link"))

    assert (tmp_path / "link").is_symlink()
    assert "sales by day, all time" in (tmp_path / "real").read_text()


# Many rows


@pytest.fixture
def many_customers() -> int:
    """More than one piece of rows, and more than a pipe holds."""
    product, number = ProductFactory(stock_quantity=10_000), services.CHUNK + 500
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH made AS (
                INSERT INTO customers (email, first_name, last_name, phone, version)
                SELECT 'c' || n || '@example.com', 'Ada', 'Lovelace', '', 1 FROM generate_series(1, %s) n RETURNING id
            ), placed AS (
                INSERT INTO orders (customer_id, status, total_cents, takes_stock, version)
                SELECT id, 'DELIVERED', 1, false, 1 FROM made RETURNING id
            )
            INSERT INTO order_items (order_id, product_id, sku, name, quantity, unit_price_cents)
            SELECT id, %s, 'SKU', 'Product', 1, 1 FROM placed
            """,
            [number, product.pk],
        )
    return number


def test_all_rows_come_in_pieces_each_once_and_without_server_side_cursors(many_customers: int, settings: Any) -> None:
    connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = True
    try:
        rows = rows_of_csv(report("customers", "--format", "csv"))
    finally:
        connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = False

    assert len({row["customer_id"] for row in rows}) == len(rows) == many_customers
    assert len(json.loads(report("customers", "--format", "json"))["rows"]) == many_customers


@pytest.mark.usefixtures("many_customers")
def test_a_reader_that_stops_reading_ends_it_quietly() -> None:
    process = processes.start("report", "customers", "--format", "json")
    assert process.stdout is not None and process.stderr is not None

    first = process.stdout.readline()
    process.stdout.close()

    assert first.startswith('{"meta"')
    assert (process.stderr.read(), process.wait(60)) == ("", 0)
    process.stderr.close()
