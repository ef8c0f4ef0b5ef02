"""What the import commands have in common: their options, their order of work and what they say at the end."""

import codecs
from abc import abstractmethod
from argparse import ArgumentTypeError
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser

from common.commands import DIFFERENT, USAGE, OperatorCommand
from common.imports import values
from common.imports.fields import Field, Layout, WrongMap
from common.imports.progress import Progress
from common.imports.rejects import rejects_file, write_rejects
from common.imports.running import Account, Batch, Stage, stage_rows, write_batches
from common.imports.sources import Source, opened
from common.imports.staging import TOO_MANY_LINES, Tables, staging

REASONS = {**values.REASONS, TOO_MANY_LINES: "There are more lines of this than one record can have."}
EPILOG = "Rows are numbered as a spreadsheet numbers them. Exit status 3 when rows were rejected."


class ImportCommand(OperatorCommand):
    """An import of a file. A concrete one says which fields there are and how a batch of rows is written."""

    tables: ClassVar[Tables]
    nouns: ClassVar[str]
    reasons: ClassVar[Mapping[str, str]]

    @abstractmethod
    def fields(self, options: Mapping[str, Any]) -> Sequence[Field]:
        """The fields of a row."""

    @abstractmethod
    def stage(self, layout: Layout, options: Mapping[str, Any]) -> Stage:
        """How the values of a row are staged."""

    @abstractmethod
    def batch(self, options: Mapping[str, Any]) -> Batch:
        """How a batch is written; with `dry_run` it is undone again."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV with column names in its first row; gzip too")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=COLUMN",
            help="where a field comes from: a column, or a template such as 'email={CustomerID}@import.invalid'; "
            "a field without a map is taken from the column of its own name",
        )
        parser.add_argument("--encoding", type=encoding, default="utf-8-sig", help="of the file (default UTF-8)")
        parser.add_argument("--delimiter", type=delimiter, default=",", help="between cells; 'tab' for a tabulator")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="where rejected rows go, with the reason")
        parser.add_argument("--dry-run", action="store_true", help="do everything, say what came of it, and undo it")

    def handle(self, *args: Any, **options: Any) -> None:
        path, rejects = Path(options["file"]), options["rejects"]
        if rejects is not None and Path(rejects).resolve() == path.resolve():
            raise CommandError("--rejects would replace the file that is read.", returncode=USAGE)
        try:
            with opened(path, encoding=options["encoding"], delimiter=options["delimiter"]) as source:
                layout = Layout(self.fields(options), source.header, options["map"])
                account = self._import(source, layout, options)
        except WrongMap as error:
            raise CommandError(error.detail, returncode=USAGE) from error
        self._report(account, options)

    def _import(self, source: Source, layout: Layout, options: Mapping[str, Any]) -> Account:
        with ExitStack() as stack:
            rejects = options["rejects"]
            file = stack.enter_context(rejects_file(Path(rejects), source.encoding)) if rejects else None
            staged = stack.enter_context(staging(self.tables))
            progress = stack.enter_context(Progress())
            stage_rows(source, layout, self.stage(layout, options), staged, progress)
            account = write_batches(self.batch(options), staged, progress)
            if file is not None:
                write_rejects(file, source, staged, {**REASONS, **self.reasons})
        return account

    def _report(self, account: Account, options: Mapping[str, Any]) -> None:
        rejected = account.rejected.total()
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(
            f"read {account.read}, imported {account.imported}, skipped {account.skipped}, rejected {rejected}\n"
            f"{account.made} {self.nouns} {would}made"
        )
        reasons = {**REASONS, **self.reasons}
        for code, count in account.rejected.most_common():
            self.stdout.write(f"{count:>9}  {code:<24} {reasons[code]}")
        if options["dry_run"]:
            self.stdout.write("Nothing was changed: this was a dry run.")
        if rejected:
            self.stdout.flush()
            raise CommandError(f"{rejected} of {account.read} rows were rejected.", returncode=DIFFERENT)


def encoding(name: str) -> str:
    try:
        "".encode(name)
        codecs.lookup(name)
    except (LookupError, ValueError):
        raise ArgumentTypeError(f"{name!r} is not an encoding that is known") from None
    return name


def delimiter(text: str) -> str:
    separator = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(separator) != 1 or separator in '"\r\n\0':
        raise ArgumentTypeError(f"{text!r} is not a single character that can stand between cells")
    return separator
