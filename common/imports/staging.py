"""Where the rows of a file wait and find the others that belong with them: tables of the database, not memory.

Every statement touches a bounded number of rows, so none runs into the time-outs of the web's role, however large the
file is. Nothing here rests on the planner knowing the tables: the rows of a run have come just now.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, connection

from common.errors import DomainError, ImportRefused
from common.models import ImportRun
from common.transactions import run

CHUNK = 5_000
MOST_GROUPS = 500
SILENT_FOR = "10 minutes"
WAITS_FOR = "1 hour"  # for the person who looks it over
IMPORTED, SKIPPED, TOO_MANY_LINES = "imported", "skipped", "too_many_lines"

# What stands in a staged row before the app's own columns.
OWN = ("row", "key", "rank", "code")
StagedRow = Sequence[Any]


class RunLost(ImportRefused):
    """The database was restarted, or another run took this one for dead. What was imported stays; run it again."""

    code = "run_lost"
    title = "The run was given up"


@dataclass(frozen=True, slots=True)
class Tables:
    """The staging tables of an app and its columns in them.

    `most_rows` bounds the rows of a batch, for imports that look at every row of a group; a group with more of them
    is refused.
    """

    rows: str
    groups: str
    columns: tuple[str, ...]
    most_rows: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The groups of one batch: their keys, first rows and the rows that speak for them, side by side.

    Statements take them as arrays and look each one up (`LATERAL … OFFSET 0`): otherwise the planner, which knows
    little of rows that have come just now, may read the whole run for every batch.
    """

    run: str
    keys: list[str]
    first_rows: list[int]
    best_rows: list[int]


@dataclass(slots=True)
class Verdict:
    """What became of a batch. Groups are named by their first rows; what is not named was imported."""

    made: int = 0
    groups: dict[int, str] = field(default_factory=dict)
    rows: dict[int, str] = field(default_factory=dict)


class Staging:
    """The rows of one run."""

    def __init__(self, tables: Tables, run_id: str) -> None:
        self.tables, self.run = tables, run_id
        self.last_row = 0

    def add(self, rows: Sequence[StagedRow]) -> None:
        """Copy rows, which follow those that were added before, and note which groups they belong to."""
        first, self.last_row = rows[0][0], rows[-1][0]
        names = ", ".join(("run", *OWN, *self.tables.columns))
        run(lambda: self._copy(names, rows, first))

    def _copy(self, names: str, rows: Sequence[StagedRow], first: int) -> None:
        self._touch()
        with connection.cursor() as cursor:
            # psycopg's own errors become Django's, which `run` understands.
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY {self.tables.rows} ({names}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row((self.run, *row))
            cursor.execute(
                f"""
                INSERT INTO {self.tables.groups} AS known (run, key, first_row, rows, best_rank, best_row)
                SELECT run, key, min(row), count(*), max(rank), (max(ARRAY[rank, row]))[2]
                FROM {self.tables.rows}
                WHERE run = %s AND row BETWEEN %s AND %s AND key IS NOT NULL
                GROUP BY run, key
                ON CONFLICT (run, key) DO UPDATE SET
                    rows = known.rows + EXCLUDED.rows,
                    best_rank = greatest(known.best_rank, EXCLUDED.best_rank),
                    best_row = CASE WHEN EXCLUDED.best_rank >= known.best_rank
                               THEN EXCLUDED.best_row ELSE known.best_row END
                """,
                [self.run, first, self.last_row],
            )

    def windows(self) -> Iterator[Window]:
        """All groups, batch by batch, in the order in which they first appear in the file."""
        after = 0
        while found := self._groups_after(after):
            after = found[-1][0]
            oversized = {first_row: TOO_MANY_LINES for first_row, *_, fits in found if not fits}
            if oversized:
                self.record(Verdict(groups=oversized))
            fitting = [group for *group, fits in found if fits]
            if fitting:
                first_rows, keys, best_rows = map(list, zip(*fitting, strict=True))
                yield Window(self.run, keys, first_rows, best_rows)

    def _groups_after(self, first_row: int) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT first_row, key, best_row, %(most)s::bigint IS NULL OR rows <= %(most)s
                FROM (SELECT first_row, key, best_row, rows, sum(rows) OVER (ORDER BY first_row) - rows AS before
                      FROM {self.tables.groups} WHERE run = %(run)s AND first_row > %(after)s
                      ORDER BY first_row LIMIT {MOST_GROUPS}) next
                WHERE before = 0 OR %(most)s::bigint IS NULL OR before + rows <= %(most)s
                ORDER BY first_row
                """,
                {"run": self.run, "after": first_row, "most": self.tables.most_rows},
            )
            groups: list[tuple[Any, ...]] = cursor.fetchall()
        return groups

    def record(self, verdict: Verdict) -> None:
        """Note what became of a batch."""
        run(lambda: self._record(verdict))

    def _record(self, verdict: Verdict) -> None:
        self._touch()
        for table, column, place, codes in (
            (self.tables.groups, "outcome", "first_row", verdict.groups),
            (self.tables.rows, "code", "row", verdict.rows),
        ):
            if codes:
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"""
                        UPDATE {table} t SET {column} = verdict.code
                        FROM unnest(%s::bigint[], %s::text[]) AS verdict (place, code)
                        WHERE t.run = %s AND t.{place} = verdict.place
                        """,
                        [list(codes), list(codes.values()), self.run],
                    )

    def count(self) -> Counter[str]:
        """How many rows had which outcome: imported, skipped, or the code of a rejection. Every row has one."""
        outcomes: Counter[str] = Counter()
        for rows in self._read(f"SELECT coalesce(r.code, g.outcome, '{IMPORTED}'), count(*)", "GROUP BY 1"):
            outcomes.update(dict(rows))
        return outcomes

    def rejected(self) -> Iterator[tuple[int, str]]:
        """Number and code of every rejected row, in the order of the file."""
        condition = f"AND coalesce(r.code, g.outcome) <> '{SKIPPED}' ORDER BY r.row"
        for rows in self._read("SELECT r.row, coalesce(r.code, g.outcome)", condition):
            yield from rows

    def _read(self, select: str, condition: str) -> Iterator[list[tuple[Any, ...]]]:
        for first in range(1, self.last_row + 1, CHUNK):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"""
                    {select} FROM {self.tables.rows} r
                    LEFT JOIN LATERAL (
                        SELECT outcome FROM {self.tables.groups} WHERE run = %s AND key = r.key OFFSET 0
                    ) g ON true
                    WHERE r.run = %s AND r.row BETWEEN %s AND %s {condition}
                    """,
                    [self.run, self.run, first, first + CHUNK - 1],
                )
                yield cursor.fetchall()

    def _touch(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE import_runs SET touched_at = statement_timestamp() WHERE id = %s AND NOT abandoned", [self.run]
            )
            if cursor.rowcount == 0:
                raise RunLost("The run was given up before its end. What it imported stays: run it again.")


def plan_for_this_batch() -> None:
    """Have the statements of this transaction planned for the rows they are for: one plan for all takes far longer."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")


@contextmanager
def staging(tables: Tables) -> Iterator[Staging]:
    """Place for the rows of one run, which is cleared away when it ends. So is what killed runs have left."""
    staged = begin(tables)
    try:
        yield staged
    finally:
        # Without a database the next run will do it; what broke this one is the news.
        with suppress(Error, DomainError):
            clear(tables, staged.run)


def begin(tables: Tables) -> Staging:
    """Place for the rows of one run, until `clear`; what others have left behind is cleared away first."""
    clear_left(tables)
    begun = ImportRun.objects.create(pk=uuid.uuid4(), target=tables.rows)
    return Staging(tables, str(begun.pk))


def clear_left(tables: Tables) -> None:
    """Clear away the rows of runs that were killed, and those that somebody has looked over and left."""
    run(lambda: _give_up_silent(tables))
    for (left,) in ImportRun.objects.filter(target=tables.rows, abandoned=True).values_list("pk"):
        clear(tables, str(left))


def _give_up_silent(tables: Tables) -> None:
    """From here on a run that was silent for so long, and yet lives, will notice that it has been given up."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE import_runs SET abandoned = true
            WHERE target = %s
              AND touched_at < statement_timestamp() - CASE WHEN owner_id IS NULL THEN %s ELSE %s END::interval
            """,
            [tables.rows, SILENT_FOR, WAITS_FOR],
        )


def clear(tables: Tables, run_id: str) -> None:
    """Remove a run and its rows, in pieces that hold no lock for long."""
    for table, place in ((tables.rows, "row"), (tables.groups, "first_row")):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(max({place}), 0) FROM {table} WHERE run = %s", [run_id])
            (last,) = cursor.fetchone() or (0,)
            for first in range(1, last + 1, CHUNK):
                cursor.execute(
                    f"DELETE FROM {table} WHERE run = %s AND {place} BETWEEN %s AND %s",
                    [run_id, first, first + CHUNK - 1],
                )
    ImportRun.objects.filter(pk=run_id).delete()
