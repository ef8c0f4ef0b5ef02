"""One run of an import from the first row of the file to the account of every row."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from common.imports.fields import Field, Layout
from common.imports.progress import Progress
from common.imports.sources import Source
from common.imports.staging import CHUNK, IMPORTED, SKIPPED, StagedRow, Staging, Tables, Verdict, Window
from common.imports.values import Rejected

# Makes of the values of a row its key, its rank and what stands in the app's own columns.
Stage = Callable[[list[Any]], tuple[Any, ...]]
# Writes a batch, and says what became of it.
Batch = Callable[[Window], Verdict]


@dataclass(frozen=True, slots=True)
class Importer:
    """An import whose file has its columns under their own names: what a row holds and how a batch is written."""

    nouns: str
    tables: Tables
    fields: Sequence[Field]
    stage: Stage
    write: Callable[..., Verdict]  # takes a window and an `actor`
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the rows: read = imported + skipped + rejected. `made` counts what was made of them."""

    made: int
    imported: int
    skipped: int
    rejected: Counter[str]

    @property
    def read(self) -> int:
        return self.imported + self.skipped + self.rejected.total()

    def told(self) -> dict[str, int]:
        """The numbers without the reasons."""
        return {
            "read": self.read,
            "made": self.made,
            "imported": self.imported,
            "skipped": self.skipped,
            "rejected": self.rejected.total(),
        }


def stage_rows(source: Source, layout: Layout, stage: Stage, staging: Staging, progress: Progress) -> None:
    """Read the file into the staging table, those rows too that are rejected by the look of them."""
    rows = _staged(source, layout, stage, len(staging.tables.columns))
    progress.begin("Reading", source.size)
    while chunk := list(islice(rows, CHUNK)):
        staging.add(chunk)
        progress.reach(source.file.tell())


def _staged(source: Source, layout: Layout, stage: Stage, columns: int) -> Iterator[StagedRow]:
    nothing: Sequence[None] = [None] * columns
    for number, cells in source.rows():
        try:
            key, rank, *values = stage(layout.values(cells))
        except Rejected as rejected:
            yield (number, None, 0, rejected.code, *nothing)
        else:
            yield (number, key, rank, None, *values)


def write_batches(batch: Batch, staging: Staging, progress: Progress) -> Account:
    """Write what is staged, batch by batch, and give account of every row."""
    made = 0
    progress.begin("Importing", staging.last_row)
    for window in staging.windows():
        verdict = batch(window)
        made += verdict.made
        if verdict.groups or verdict.rows:
            staging.record(verdict)
        progress.reach(window.first_rows[-1])
    outcomes = staging.count()
    return Account(made, outcomes.pop(IMPORTED, 0), outcomes.pop(SKIPPED, 0), outcomes)
