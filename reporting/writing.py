"""An answer as a file in one of the formats there are."""

from typing import BinaryIO

from reporting.formats import TEXTS
from reporting.services import Answer
from reporting.workbook import write_workbook

XLSX = "xlsx"
FORMATS = (*TEXTS, XLSX)
MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write(answer: Answer, format_name: str, file: BinaryIO) -> None:
    """Write all of it, row by row: memory is the same for any number of rows."""
    if format_name == XLSX:
        write_workbook(answer, file)
        return
    file.writelines(piece.encode() for piece in TEXTS[format_name](answer))
