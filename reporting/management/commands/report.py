"""Prints a report, or writes it to a file."""

import sys
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.commands import USAGE, OperatorCommand
from common.errors import InvalidInput, NotFound
from common.files import written_whole
from reporting import parameters
from reporting.definitions import Parameter, Question
from reporting.formats import FORMATS
from reporting.reports import REPORTS
from reporting.services import answer, find_report

PARAMETERS = (*parameters.RANGE, parameters.BY)


class Command(OperatorCommand):
    help = "Print a report. `report list` says which there are and what can be asked of each."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="which report, or `list`")
        for parameter in PARAMETERS:
            parser.add_argument(f"--{parameter.name}", metavar=placeholder(parameter), help=parameter.meaning)
        parser.add_argument("--format", choices=FORMATS, default="table", help="csv and json have money in cents")
        parser.add_argument("--output", type=Path, metavar="FILE", help="write here instead, whole or not at all")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        given = {p.name: str(options[p.name]) for p in PARAMETERS if options[p.name] is not None}
        if name == "list":
            self.print_list(given)
            return
        question = read_question(name, given)
        if options["format"] == "csv":
            self.stderr.write(question.in_words())
        with answer(question) as found:
            self.deliver(FORMATS[options["format"]](found), options["output"])

    def deliver(self, pieces: Iterator[str], output: Path | None) -> None:
        if output is not None:
            with written_whole(output) as file:
                file.writelines(pieces)
            return
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # the same bytes as in a file, whatever the terminal is set to
        for piece in pieces:
            self.stdout.write(piece, ending="")

    def print_list(self, given: dict[str, str]) -> None:
        if given:
            raise CommandError("list takes no parameters", returncode=USAGE)
        for report in REPORTS.values():
            usage = " ".join(f"[--{parameter.name} {placeholder(parameter)}]" for parameter in report.parameters)
            self.stdout.write(f"{report.name}\n    {report.description}\n    {usage}")
        for parameter in PARAMETERS:
            self.stdout.write(f"--{parameter.name:7}{parameter.meaning}")


def read_question(name: str, given: dict[str, str]) -> Question:
    try:
        return parameters.read(find_report(name), given)
    except NotFound as error:
        raise CommandError(error.detail, returncode=USAGE) from error
    except InvalidInput as error:
        raise CommandError(f"--{error.errors[0].pointer}: {error.detail}", returncode=USAGE) from error


def placeholder(parameter: Parameter) -> str:
    """What stands for the value in help."""
    return "|".join(parameter.choices) or {"tz": "ZONE", "limit": "N"}.get(parameter.name, "DAY")
