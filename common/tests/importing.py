"""Running an import command in a test: on a file with these rows, and what it said."""

import csv
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from django.core.management import CommandError, call_command
from django.db import connection

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"


class Outcome(NamedTuple):
    """What an import said, its exit status, and its account of the rows."""

    status: int
    output: str
    error: str

    @property
    def account(self) -> dict[str, int]:
        first_line = self.output.partition("\n")[0]
        account = {word: int(number) for word, number in re.findall(r"(\w+) (\d+)", first_line)}
        assert account["read"] == account["imported"] + account["skipped"] + account["rejected"]
        return account

    @property
    def codes(self) -> dict[str, int]:
        """How many rows were rejected for which reason."""
        return {code: int(number) for number, code in re.findall(r"^ +(\d+)  (\w+)", self.output, re.MULTILINE)}


def write_csv(path: Path, *rows: Sequence[Any]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def run_import(command: str, path: Path, *arguments: str) -> Outcome:
    out, status, error = StringIO(), 0, ""
    try:
        call_command(command, str(path), *arguments, stdout=out)
    except CommandError as refusal:
        status, error = refusal.returncode, str(refusal)
    return Outcome(status, out.getvalue(), error)


def start(command: str, *arguments: str) -> "subprocess.Popen[str]":
    """The command as an operator starts it, on the database of the test."""
    settings = connection.settings_dict
    user, host = quote(settings["USER"], safe=""), quote(settings["HOST"], safe="")
    address = f"postgresql://{user}@/{settings['NAME']}?host={host}&port={settings['PORT']}"
    if settings.get("PASSWORD"):
        address = address.replace("@/", f":{quote(settings['PASSWORD'], safe='')}@/")
    return subprocess.Popen(
        [sys.executable, str(MANAGE), command, *arguments],
        env={**os.environ, "DATABASE_URL": address, "OMS_SECRET_KEY": "test", "OMS_HTTPS": "false"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> Outcome:
    output, error = process.communicate(timeout=60)
    return Outcome(process.returncode, output, error)


def rejects(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
