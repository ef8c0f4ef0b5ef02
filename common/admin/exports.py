"""A list as a file: the rows that its filter lets through, all of them, in the columns that it shows."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.timezone import localtime

from common.exports.columns import Column, Kind
from common.exports.files import CSV, MEDIA_TYPES, XLSX, Download, download, write_csv
from common.exports.workbook import write_workbook
from common.transactions import snapshot

FORMATS = (CSV, XLSX)
CHUNK = 2_000
# The reports' own: it can only read, and may take its time.
ALIAS = "report"

Exported = Mapping[Column, Callable[[Any], Any]]


def export(changelist: Any, records: QuerySet[Any], exported: Exported, format_name: str) -> Download:
    """What a list has chosen, written whole before it is sent; all rows are of one moment.

    `records` is how its records are read, whichever they are.
    """
    name = str(changelist.opts.verbose_name_plural)
    about = {
        "list": name,
        "filter": urlencode(changelist.filter_params, doseq=True) or None,
        "search": changelist.query or None,
        "as of": localtime().isoformat(timespec="seconds"),
        "time zone": timezone.get_current_timezone_name(),
    }

    def write(file: BinaryIO) -> None:
        with snapshot(ALIAS):
            rows = _rows(exported, _records(changelist.queryset, records))
            if format_name == CSV:
                write_csv(file, tuple(exported), rows)
            else:
                write_workbook(file, tuple(exported), rows, name=name.capitalize(), about=("About", about))

    return download(write, name=f"{name.replace(' ', '-')}.{format_name}", media_type=MEDIA_TYPES[format_name])


def _rows(exported: Exported, records: Iterator[Any]) -> Iterator[list[Any]]:
    values = [_in_zone(value) if column.kind == Kind.MOMENT else value for column, value in exported.items()]
    for record in records:
        yield [value(record) for value in values]


def _in_zone(value: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda record: None if (at := value(record)) is None else localtime(at)


def _records(chosen: QuerySet[Any], records: QuerySet[Any]) -> Iterator[Any]:
    """The records that a list has chosen, in its order, a chunk at a time with all that belongs to them.

    The cursor gives ids only: one over whole rows could not bring what is prefetched. Declared in SQL it needs no more
    than the transaction, where Django's own would read everything into memory behind a pooler.
    """
    try:
        statement, values = chosen.using(ALIAS).values_list("pk").query.get_compiler(using=ALIAS).as_sql()
    except EmptyResultSet:
        return
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(f"DECLARE exported NO SCROLL CURSOR FOR {statement}", values)
        while True:
            cursor.execute(f"FETCH {CHUNK} FROM exported")
            ids = [pk for (pk,) in cursor.fetchall()]
            if not ids:
                return
            found = records.using(ALIAS).order_by().in_bulk(ids)
            yield from (found[pk] for pk in ids)
