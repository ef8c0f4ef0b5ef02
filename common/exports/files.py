"""Writing a table into a file, and sending the file to a browser or a program."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO

from django.http import FileResponse

from common.exports.cells import csv_line, safe_cell
from common.exports.columns import Column, Kind, heading

CSV, XLSX = "csv", "xlsx"
MEDIA_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_IN_MEMORY = 1_000_000  # bytes; what is longer waits on disk


class Download(FileResponse):
    block_size = 65_536


def write_csv(file: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """For spreadsheets: headings as people read them, money in units, text safe from running as a formula."""
    file.write(csv_line([heading(column) for column in columns]).encode())
    for row in rows:
        cells = [_cell(column, value) for column, value in zip(columns, row, strict=True)]
        file.write(csv_line(cells).encode())


def download(write: Callable[[BinaryIO], None], *, name: str, media_type: str, attached: bool = True) -> Download:
    """A file as a response, written whole before its first byte is sent.

    Sent as it is read, a slow reader would hold the snapshot and its connection, and a failure on the way would look
    like the end. So it waits in a temporary file: memory is the same for any size, and its length is told before.
    """
    file: Any = SpooledTemporaryFile(max_size=MOST_IN_MEMORY)  # noqa: SIM115 - the response closes it
    try:
        write(file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Download(file, as_attachment=attached, filename=name, content_type=media_type)


def in_iso(value: Any) -> Any:
    """Days and moments as ISO 8601 writes them; anything else as it is."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def _cell(column: Column, value: Any) -> object:
    if column.kind == Kind.CENTS and value is not None:
        return Decimal(value).scaleb(-2)
    return safe_cell(in_iso(value))
