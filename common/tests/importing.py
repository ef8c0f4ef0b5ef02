"""Running an import command in a test: on a file with these rows, and what it said."""

import csv
import re
import subprocess
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management import CommandError, call_command


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


def finish(process: "subprocess.Popen[str]") -> Outcome:
    output, error = process.communicate(timeout=60)
    return Outcome(process.returncode, output, error)


def rejects(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
