"""What an operator sets: bad values are one line, never a traceback; production passes Django's own examination."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

import manage
from oms import database, environment
from oms.database import aliases
from oms.database.places import BASE_DIR
from oms.tests.scratch import Installation

PRODUCTION = {
    "DATABASE_URL": "postgresql://oms_web:secret@db.example/oms",
    "OMS_SECRET_KEY": "".join(chr(ord("a") + number % 26) for number in range(60)),
    "OMS_ALLOWED_HOSTS": "shop.example",
}


@pytest.fixture
def nowhere(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "data")


READERS: list[tuple[Callable[[str], object], str]] = [
    (lambda name: environment.flag(name, default=False), "perhaps"),
    (lambda name: environment.number(name, 1), "-1"),
    (lambda name: environment.number(name, 1), "a month"),
    (lambda name: environment.number(name, 1, least=1), "0"),
    (lambda name: environment.number(name, 1), "999999999"),
    (lambda name: environment.time_zone(name, "UTC"), "Europe/Atlantis"),
    (lambda name: environment.time_zone(name, "UTC"), "../etc"),
    (lambda name: environment.time_zone(name, "UTC"), "localtime"),
    (lambda name: environment.currency(name, "EUR"), "euro"),
    (lambda name: environment.choice(name, "json", ("line", "json")), "xml"),
    (environment.database_url, "mysql://u:secret@h/n"),
    (environment.database_url, "postgresql://u:secret@h:port/n"),
    (environment.database_url, "localhost"),
]


@pytest.mark.parametrize(("read", "value"), READERS)
def test_a_bad_value_is_refused_by_name(
    read: Callable[[str], object], value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMS_SOMETHING", value)

    with pytest.raises(ImproperlyConfigured, match=r"^OMS_SOMETHING must ") as refusal:
        read("OMS_SOMETHING")

    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(("name", "value"), [("OMS_DEBUG", "perhaps"), ("DATABASE_URL", "mysql://u:secret@h/n")])
def test_a_refused_value_is_one_line(nowhere: Installation, name: str, value: str) -> None:
    refused = nowhere.manage("check", **{**PRODUCTION, name: value})

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"manage.py: {name} must ")
    assert refused.stderr.count("\n") == 1
    assert "secret" not in refused.stderr


@pytest.mark.parametrize(
    ("command", "missing"),
    [("check", "OMS_SECRET_KEY"), ("serve", "OMS_SECRET_KEY"), ("serve", "OMS_ALLOWED_HOSTS")],
)
def test_a_deployment_says_what_it_lacks(nowhere: Installation, command: str, missing: str) -> None:
    refused = nowhere.manage(command, **{**PRODUCTION, missing: ""})

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"manage.py: {missing} must be set: see docs/operations.md.\n"


@pytest.mark.parametrize("missing", ["OMS_SECRET_KEY", "OMS_ALLOWED_HOSTS"])
def test_the_web_server_says_what_it_lacks(nowhere: Installation, missing: str) -> None:
    refused = subprocess.run(
        [sys.executable, "-c", "import oms.wsgi"],
        env=nowhere.environment(**{**PRODUCTION, missing: ""}),
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (refused.returncode, refused.stderr) == (1, f"oms: {missing} must be set: see docs/operations.md.\n")


def test_a_deployment_passes_the_deployment_checks(nowhere: Installation) -> None:
    checked = nowhere.manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_control_without_tls_the_deployment_checks_fail(nowhere: Installation) -> None:
    checked = nowhere.manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, OMS_HTTPS="false")

    assert checked.returncode == 1


@pytest.mark.parametrize("command", ["migrate", "verify"])
def test_a_database_that_does_not_answer_is_one_line(nowhere: Installation, command: str) -> None:
    elsewhere = {**PRODUCTION, "DATABASE_URL": "postgresql://oms_web:secret@127.0.0.1:1/oms"}

    refused = nowhere.manage(command, **elsewhere)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert "Connection refused" in refused.stderr and "secret" not in refused.stderr


def test_nothing_is_started_or_kept_for_a_database_elsewhere(nowhere: Installation) -> None:
    nowhere.manage("check", **PRODUCTION)

    assert not nowhere.data_dir.exists()


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ([], False),
        (["check"], False),
        (["serve"], False),
        (["verify"], True),
        (["migrate"], True),
        (["verify", "--help"], False),
        (["help", "verify"], False),
    ],
)
def test_only_commands_that_need_it_start_the_database(arguments: list[str], needed: bool) -> None:
    assert manage.needs_database(arguments) is needed


def test_an_interrupted_start_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(database, "ensure_running", interrupted)
    with pytest.raises(SystemExit) as ended:
        manage.main(["manage.py", "verify"])

    assert (ended.value.code, capsys.readouterr().err) == (130, "manage.py: Interrupted.\n")


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMS_CURRENCY", "")

    assert environment.currency("OMS_CURRENCY", "EUR") == "EUR"
    with pytest.raises(ImproperlyConfigured):
        environment.text("OMS_CURRENCY")


def test_each_role_may_have_an_address_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://web:w@one/oms?sslmode=require")
    monkeypatch.setenv("OMS_REPORT_DATABASE_URL", "postgresql://report:r@replica/oms?connect_timeout=9")
    monkeypatch.delenv("OMS_MIGRATION_DATABASE_URL", raising=False)

    found = aliases()

    assert [found[alias]["HOST"] for alias in ("default", "report", "migration")] == ["one", "replica", "one"]
    assert found["default"]["OPTIONS"] == {"sslmode": "require", "connect_timeout": 5, "server_side_binding": True}
    assert found["report"]["OPTIONS"]["connect_timeout"] == 9


def test_an_address_may_name_the_directory_of_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://web:w@/oms?host=%2Frun%2Fpostgresql&port=5433&sslmode=disable")

    found = aliases()["default"]

    assert (found["NAME"], found["HOST"], found["PORT"]) == ("oms", "/run/postgresql", "5433")
    assert found["OPTIONS"].keys() == {"sslmode", "connect_timeout", "server_side_binding"}


def test_production_passes_on_every_setting_that_the_docs_list() -> None:
    """But those that are for one's own machine."""
    of_one_machine = {"OMS_DEBUG", "OMS_DATA_DIR", "DJANGO_SUPERUSER_PASSWORD"}
    table = re.findall(r"^\| (`[^|]*)\|", (BASE_DIR / "docs/operations.md").read_text(), re.MULTILINE)
    compose = (BASE_DIR / "docker-compose.yml").read_text()

    listed = {name for row in table for name in re.findall("[A-Z]+_[A-Z_]+", row)}
    passed = set(re.findall(r"^    ([A-Z_]+): ", compose, re.MULTILINE))
    assert "OMS_TIME_ZONE" in listed
    assert listed - of_one_machine <= passed
