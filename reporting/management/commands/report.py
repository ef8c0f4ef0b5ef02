"""Prints a report, or writes it to a file."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from rich.console import Console

from common.commands import DIFFERENT, USAGE, OperatorCommand
from common.errors import InvalidInput, NotFound
from common.exports.files import XLSX
from common.files import written_whole
from reporting.definitions import Parameter, Question
from reporting.formats import TEXTS
from reporting.parameters import PARAMETERS, read
from reporting.rebuilding import rebuild
from reporting.reports import REPORTS
from reporting.services import CHUNK, Answer, Row, answer, find_report
from reporting.writing import FORMATS, write

DATA_ALONE = ("csv", "ndjson")  # what was asked has no place in these


class Command(OperatorCommand):
    help = (
        "Print a report. `report list` says which there are and what can be asked of each. `report rebuild` puts the "
        "rollups that reports are read from right, where they differ from the event log (exit status 3 if they did)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="which report, or `list`, or `rebuild`")
        for parameter in PARAMETERS:
            parser.add_argument(f"--{parameter.name}", metavar=placeholder(parameter), help=parameter.meaning)
        parser.add_argument("--format", choices=FORMATS, help="table by default; csv and json have money in cents")
        parser.add_argument("--output", type=Path, metavar="FILE", help="write here instead, whole or not at all")
        parser.add_argument(
            "--using",
            choices=sorted(settings.DATABASES),
            help="which of the database connections is asked, report by default",
        )

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        given = {p.name: str(options[p.name]) for p in PARAMETERS if options[p.name] is not None}
        how = {option: options[option] for option in ("format", "output", "using") if options[option] is not None}
        if name not in ("list", "rebuild"):
            self.ask(
                read_question(name, given),
                format_name=how.get("format", "table"),
                output=how.get("output"),
                using=how.get("using", "report"),
            )
        elif given or how:
            raise CommandError(f"{name} takes no parameters, not --{next(iter(given | how))}", returncode=USAGE)
        elif name == "list":
            self.print_list()
        else:
            self.rebuild()

    def ask(self, question: Question, *, format_name: str, output: Path | None, using: str) -> None:
        if format_name in DATA_ALONE:
            self.stderr.write(question.in_words())
        try:
            with answer(question, using=using) as found:
                shown = replace(found, rows=told(found.rows, is_read_here=output is None))
                self.deliver(shown, format_name, output)
        except InvalidInput as error:
            raise refused(error) from error

    def deliver(self, found: Answer, format_name: str, output: Path | None) -> None:
        if output is not None:
            with written_whole(output) as file:
                write(found, format_name, file)
        elif format_name == XLSX:
            if sys.stdout.isatty():
                raise CommandError("A workbook is not for a terminal: give --output FILE.", returncode=USAGE)
            write(found, format_name, sys.stdout.buffer)
        else:
            self.print_text(TEXTS[format_name](found))

    def print_text(self, pieces: Iterator[str]) -> None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # the same bytes as in a file, whatever the terminal is set to
        for piece in pieces:
            self.stdout.write(piece, ending="")

    def rebuild(self) -> None:
        differences = rebuild()
        if differences:
            raise CommandError(
                f"{differences:,} rows of the rollups differed from the log and were put right.", returncode=DIFFERENT
            )
        self.stdout.write("The rollups say what the log says.")

    def print_list(self) -> None:
        for report in REPORTS.values():
            usage = " ".join(map(as_usage, report.parameters))
            self.stdout.write(f"{report.name}\n    {report.description}\n    {usage}")
        for parameter in PARAMETERS:
            self.stdout.write(f"--{parameter.name:9}{parameter.meaning}")


def read_question(name: str, given: dict[str, str]) -> Question:
    try:
        return read(find_report(name), given)
    except NotFound as error:
        raise CommandError(error.detail, returncode=USAGE) from error
    except InvalidInput as error:
        raise refused(error) from error


def refused(error: InvalidInput) -> CommandError:
    return CommandError(f"--{error.errors[0].pointer.strip('/')}: {error.detail}", returncode=USAGE)


def told(rows: Iterator[Row], *, is_read_here: bool) -> Iterator[Row]:
    """The rows; somebody who waits at a terminal, and does not see them there, is told how many have come."""
    console = Console(stderr=True)
    if not console.is_terminal or (is_read_here and sys.stdout.isatty()):
        yield from rows
        return
    with console.status("asking …") as status:
        for number, row in enumerate(rows, start=1):
            if number % CHUNK == 0:
                status.update(f"{number:,} rows")
            yield row


def as_usage(parameter: Parameter) -> str:
    usage = f"--{parameter.name} {placeholder(parameter)}"
    return usage if parameter.required else f"[{usage}]"


def placeholder(parameter: Parameter) -> str:
    """What stands for the value in help."""
    return "|".join(parameter.choices) or parameter.form.value
