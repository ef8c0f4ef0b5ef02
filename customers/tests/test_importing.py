"""Customers come in from a file: new ones whole, known ones untouched, bad rows with their reason."""

from pathlib import Path

import pytest

from common.models import ImportRun
from common.tests.importing import finish, rejects, run_import, write_csv
from common.tests.processes import start
from customers.models import Customer, CustomerImportRow
from customers.tests.factories import CustomerFactory
from events.models import Event

HEAD = ("email", "first_name", "last_name", "phone")


@pytest.mark.django_db
def test_imports_customers_with_their_events(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "c.csv", HEAD, ("ada@example.com", "Ada", "Lovelace", "123"))

    outcome = run_import("import_customers", path)

    customer = Customer.objects.get()
    event = Event.objects.get()
    assert outcome.status == 0 and outcome.account["imported"] == 1
    assert (customer.email, customer.first_name, customer.version) == ("ada@example.com", "Ada", 1)
    assert (event.type, event.version, event.actor) == ("customer.created", 1, "command:import_customers")
    assert event.payload == {"fields": sorted(HEAD)}
    assert event.personal is not None and event.personal["phone"] == [None, "123"]


@pytest.mark.django_db
def test_a_known_customer_is_skipped_whatever_the_case_and_nothing_is_changed(tmp_path: Path) -> None:
    known = CustomerFactory(email="Ada@Example.com", first_name="Augusta")
    path = write_csv(tmp_path / "c.csv", HEAD, ("ADA@example.COM", "Ada", "King", ""), ("new@example.com", "", "", ""))

    outcome = run_import("import_customers", path)

    assert outcome.account == {"read": 2, "imported": 1, "skipped": 1, "rejected": 0}
    kept = Customer.objects.get(pk=known.pk)
    assert (kept.email, kept.first_name, kept.version) == ("Ada@Example.com", "Augusta", 1)


@pytest.mark.django_db
def test_the_last_row_of_a_customer_is_taken(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "c.csv", HEAD, ("a@example.com", "Old", "", ""), ("A@example.com", "New", "", ""))

    outcome = run_import("import_customers", path)

    assert (outcome.account["imported"], Customer.objects.get().first_name) == (2, "New")


@pytest.mark.django_db
def test_rejected_rows_are_written_as_they_came_and_can_be_imported_once_mended(tmp_path: Path) -> None:
    rows = [("", "No", "Mail", ""), ("nonsense", 'With "quotes"', "and\r\nlines", ""), ("a@b.c@d", "", "")]
    path = write_csv(tmp_path / "c.csv", HEAD, *rows)

    outcome = run_import("import_customers", path, "--rejects", str(tmp_path / "rejects.csv"))

    written = rejects(tmp_path / "rejects.csv")
    assert outcome.status == 3
    assert outcome.codes == {"no_email": 1, "invalid_email": 1, "wrong_number_of_columns": 1}
    assert [(row["row_number"], row["reason_code"]) for row in written] == [
        ("2", "no_email"),
        ("3", "invalid_email"),
        ("4", "wrong_number_of_columns"),
    ]
    assert (written[1]["first_name"], written[1]["last_name"]) == ('With "quotes"', "and\r\nlines")
    assert [path.name for path in tmp_path.iterdir()].count("rejects.csv") == 1 and len(list(tmp_path.iterdir())) == 2


@pytest.mark.django_db
def test_a_dry_run_says_what_would_be_and_changes_nothing(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "c.csv", HEAD, ("a@example.com", "", "", ""), ("", "", "", ""))

    outcome = run_import("import_customers", path, "--dry-run")

    assert outcome.account == {"read": 2, "imported": 1, "skipped": 0, "rejected": 1}
    assert "1 customers would be made" in outcome.output and "dry run" in outcome.output
    assert not Customer.objects.exists() and not Event.objects.exists()


@pytest.mark.django_db
def test_nothing_is_left_in_the_staging_table(tmp_path: Path) -> None:
    run_import("import_customers", write_csv(tmp_path / "c.csv", HEAD, ("a@example.com", "", "", "")))

    assert not CustomerImportRow.objects.exists() and not ImportRun.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["--map", "mail=Email"], 2, "There is no field 'mail'"),
        (["--map", "email=Nothing"], 2, "There is no column 'Nothing'"),
        (["--rejects", "{file}"], 2, "would replace the file"),
        (["--rejects", "/nowhere/at/all.csv"], 1, "No such file or directory"),
        (["--rejects", "/dev/null"], 1, "not an ordinary file"),
    ],
)
def test_wrong_usage_is_one_line_and_changes_nothing(
    tmp_path: Path, arguments: list[str], status: int, complaint: str
) -> None:
    path = write_csv(tmp_path / "c.csv", HEAD, ("a@example.com", "", "", ""))

    outcome = run_import("import_customers", path, *[argument.format(file=path) for argument in arguments])

    assert (outcome.status, outcome.output) == (status, "")
    assert complaint in outcome.error and "\n" not in outcome.error
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_required_fields_are_named(tmp_path: Path) -> None:
    outcome = run_import("import_customers", write_csv(tmp_path / "c.csv", ("Mail", "Name")))

    assert outcome.status == 2
    assert outcome.error == (
        "No column for email. The file has: Mail, Name. Fields: email, first_name, last_name, phone."
    )


@pytest.mark.django_db(transaction=True)
def test_says_so_with_exit_status_and_one_line_on_stderr(tmp_path: Path) -> None:
    good = write_csv(tmp_path / "c.csv", HEAD, ("a@example.com", "", "", ""), ("", "", "", ""))

    rejected = finish(start("import_customers", str(good)))
    missing = finish(start("import_customers", str(tmp_path / "missing.csv")))
    folder = finish(start("import_customers", str(tmp_path)))
    wrong = finish(start("import_customers", str(good), "--delimiter", "ab"))

    assert (rejected.status, rejected.account["rejected"]) == (3, 1)
    assert rejected.error == "CommandError: 1 of 2 rows were rejected.\n"
    assert [(outcome.status, outcome.output, outcome.error.count("\n")) for outcome in (missing, folder, wrong)] == [
        (1, "", 1),
        (1, "", 1),
        (2, "", 1),
    ]
