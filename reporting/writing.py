"""An answer as a file in one of the formats there are."""

from typing import BinaryIO

from common.exports.files import MEDIA_TYPES as FILES
from common.exports.files import XLSX
from common.exports.workbook import write_workbook
from reporting.formats import TEXTS
from reporting.services import Answer

FORMATS = (*TEXTS, XLSX)
MEDIA_TYPES = {"json": "application/json", **FILES}


def write(answer: Answer, format_name: str, file: BinaryIO) -> None:
    """Write all of it, row by row: memory is the same for any number of rows."""
    if format_name == XLSX:
        about = ("Question", answer.meta())
        write_workbook(file, answer.columns, answer.rows, name="Report", about=about)
        return
    file.writelines(piece.encode() for piece in TEXTS[format_name](answer))
