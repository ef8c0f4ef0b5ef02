"""Imports that a person looks over first: the rows wait staged, and what was shown is imported at one go."""

from functools import partial
from io import StringIO
from typing import Any

from django.db import connection
from django.utils import timezone

from common.actors import Actor
from common.errors import ImportRefused
from common.imports import staging, values
from common.imports.fields import Layout
from common.imports.progress import Progress
from common.imports.rejects import write_rejects
from common.imports.running import Account, Importer, stage_rows, write_batches
from common.imports.sources import Source, UnreadableFile
from common.jobs import Job
from common.models import ImportRun
from common.sql import one
from common.transactions import run

# What is imported at one go is one transaction, which the web role may not hold for more than 30 seconds.
MOST_ROWS = 5_000


class PreviewGone(ImportRefused):
    """It was imported, or waited too long; nothing is imported now."""

    code = "preview_gone"
    title = "The preview is gone"


def reasons_of(importer: Importer) -> dict[str, str]:
    return {**values.REASONS, **importer.reasons}


def rehearse(importer: Importer, source: Source, *, owner_id: int, actor: Actor) -> ImportRun:
    """Stage a file, find out what would become of each row, and change nothing.

    Raises UnreadableFile, WrongMap.
    """
    layout = Layout(importer.fields, source.header, ())
    if sum(1 for _ in source.rows()) > MOST_ROWS:
        raise UnreadableFile(f"A page imports {MOST_ROWS:,} rows at a time. Split the file, or import it by command.")
    staged = staging.begin(importer.tables)
    try:
        account = _rehearsed(importer, source, layout, staged, actor)
        file = StringIO()
        write_rejects(file, source, staged, reasons_of(importer))
        waiting = ImportRun.objects.get(pk=staged.run)
        waiting.owner_id, waiting.file_name, waiting.account = owner_id, source.name[:255], account.told()
        waiting.rejects = file.getvalue().replace("\0", "?")  # which the database cannot keep
        waiting.touched_at = timezone.now()
        waiting.save()
    except BaseException:
        staging.clear(importer.tables, staged.run)
        raise
    return waiting


def _rehearsed(importer: Importer, source: Source, layout: Layout, staged: staging.Staging, actor: Actor) -> Account:
    quiet = Progress()  # never begun, so that it shows nothing
    stage_rows(source, layout, importer.stage, staged, quiet)
    return write_batches(lambda window: run(partial(importer.write, window, actor=actor), dry_run=True), staged, quiet)


def waiting(importer: Importer, run_id: Any, *, owner_id: int) -> ImportRun:
    """What a person has rehearsed and not imported yet. Raises PreviewGone."""
    runs = ImportRun.objects.filter(target=importer.tables.rows, owner_id=owner_id, abandoned=False)
    found = runs.filter(pk=run_id).first()
    if found is None:
        raise PreviewGone("This preview is gone: it was imported, or has waited too long. Please upload the file anew.")
    return found


def import_waiting(importer: Importer, run_id: Any, *, owner_id: int, actor: Actor) -> tuple[int, int]:
    """Import what was rehearsed, all of it or nothing, and clear it away; says how many were made and how many not.

    Whoever imports it at the same moment is waited for. Raises PreviewGone.
    """
    ImportRun.objects.select_for_update().filter(pk=run_id).first()
    found = waiting(importer, run_id, owner_id=owner_id)
    made = left = 0
    for window in staging.Staging(importer.tables, str(found.pk)).windows():
        verdict = importer.write(window, actor=actor)
        made, left = made + verdict.made, left + len(verdict.groups)
    staging.clear(importer.tables, str(found.pk))
    return made, left


def sample(importer: Importer, run_id: Any, *, most: int) -> list[tuple[int, str, str]]:
    """The first records of a rehearsal: the row that each begins with, its key, and what would become of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT first_row, key, coalesce(outcome, 'new') FROM {importer.tables.groups}
            WHERE run = %s ORDER BY outcome IS NOT NULL, first_row LIMIT %s
            """,
            [run_id, most],
        )
        found: list[tuple[int, str, str]] = cursor.fetchall()
    return found


def records(importer: Importer, run_id: Any) -> int:
    """How many records a rehearsal is about."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {importer.tables.groups} WHERE run = %s", [run_id])
        (number,) = one(cursor)
    return int(number)


def rejects_of(importer: Importer, run_id: Any, *, most: int) -> list[tuple[int, str]]:
    """The first rejected rows of a rehearsal and why."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT row, code FROM {importer.tables.rows} WHERE run = %s AND code IS NOT NULL ORDER BY row LIMIT %s",
            [run_id, most],
        )
        found = cursor.fetchall()
    reasons = reasons_of(importer)
    return [(row, reasons[code]) for row, code in found]


def clearing(importer: Importer) -> Job:
    """The job that clears away what nobody has imported in time."""

    def step() -> bool:
        staging.clear_left(importer.tables)
        return False

    return Job(f"clear-previews-of-{importer.nouns}", every=600, step=step)
