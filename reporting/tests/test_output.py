"""Where a report goes: a file that appears whole or not at all, a pipe that may close, any number of rows."""

import json
import os
import pty
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from common.tests import processes
from products.tests.factories import ProductFactory
from reporting import services
from reporting.tests.asking import report, rows_of_csv, sheets_of_xlsx

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])


@pytest.mark.usefixtures("january")
def test_a_file_holds_what_would_have_been_printed(tmp_path: Path) -> None:
    for name in ("table", "csv", "ndjson", "markdown"):
        file = tmp_path / name
        file.write_text("before")

        assert report("sales", "--format", name, "--output", str(file)) == ""

        assert file.read_text() == report("sales", "--format", name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["csv", "markdown", "ndjson", "table"]


@pytest.mark.usefixtures("january")
def test_a_file_may_be_read_by_whom_the_umask_lets(tmp_path: Path) -> None:
    for mask, mode in ((0o027, 0o640), (0o077, 0o600), (0o022, 0o644)):
        before = os.umask(mask)
        try:
            report("sales", "--format", "xlsx", "--output", str(tmp_path / "sales.xlsx"))
        finally:
            os.umask(before)
        assert (tmp_path / "sales.xlsx").stat().st_mode & 0o777 == mode


@pytest.mark.usefixtures("january")
def test_a_workbook_goes_to_a_file_or_a_pipe(tmp_path: Path) -> None:
    report("customers", "--format", "xlsx", "--output", str(tmp_path / "customers.xlsx"))

    made = subprocess.run(
        [sys.executable, processes.MANAGE, "report", "customers", "--format", "xlsx"],
        env=processes.environment(), capture_output=True, check=True, timeout=60,
    )  # fmt: skip

    book = sheets_of_xlsx(made.stdout)
    assert book["Report"] == sheets_of_xlsx((tmp_path / "customers.xlsx").read_bytes())["Report"]
    assert (book["Report"][1][3], made.stderr) == (('O"Neill\n',), b"")


# Somebody who waits is told how far it is


def on_a_terminal(*arguments: str, is_stdout: bool) -> tuple[int, str, str]:
    """Exit status and what the terminal and a file beside it show; stderr is the terminal, stdout may be."""
    ours, theirs = pty.openpty()
    with tempfile.TemporaryFile() as file:
        process = subprocess.Popen(
            [sys.executable, processes.MANAGE, "report", *arguments],
            env=processes.environment(TERM="xterm"), stdout=theirs if is_stdout else file, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # the end of a terminal is an error of reading
            while piece := os.read(ours, 65_536):
                shown += piece
        os.close(ours)
        status = process.wait(60)
        file.seek(0)
        return status, shown.decode(), file.read().decode()


@pytest.mark.usefixtures("many_customers")
def test_only_a_terminal_is_told_of_progress_and_never_between_the_rows() -> None:
    status, shown, data = on_a_terminal("customers", "--format", "ndjson", is_stdout=False)
    assert status == 0 and "2,000 rows" in shown and "rows" not in data
    assert len(data.splitlines()) == services.CHUNK + 500

    status, shown, _ = on_a_terminal("customers", "--limit", "2200", is_stdout=True)
    assert status == 0 and "2,000 rows" not in shown and "asking" not in shown


def test_a_workbook_is_not_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    with pytest.raises(CommandError, match="A workbook is not for a terminal: give --output FILE") as refused:
        report("sales", "--format", "xlsx")

    assert refused.value.returncode == 2


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
    for place, words in (
        (tmp_path / "none" / "x.csv", "No such file or directory"),
        (tmp_path, "not an ordinary file"),
    ):
        with pytest.raises(CommandError, match=words) as refused:
            report("sales", "--output", str(place))
        assert (refused.value.returncode, str(refused.value).startswith(f"{place}: ")) == (1, True)


def test_without_an_output_to_write_to_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)

    with pytest.raises(CommandError, match="Standard output is closed") as refused:
        call_command("report", "sales")
    assert refused.value.returncode == 1


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
                INSERT INTO orders (customer_id, status, fulfilment_state, total_cents, takes_stock, version)
                SELECT id, 'DELIVERED', 'complete', 1, false, 1 FROM made RETURNING id
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
