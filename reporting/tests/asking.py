"""Asking for reports and reading what comes, whatever the format."""

import csv
import io
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

from django.core.management import call_command

from reporting.parameters import read
from reporting.reports import REPORTS
from reporting.services import answer


def rows(name: str, **given: str) -> list[dict[str, Any]]:
    """The rows of a report, asked in Python; a trailing underscore keeps `from_` from being a word of it."""
    with answer(read(REPORTS[name], {key.rstrip("_"): value for key, value in given.items()})) as found:
        names = [column.name for column in found.columns]
        return [dict(zip(names, row, strict=True)) for row in found.rows]


def report(*arguments: str) -> str:
    out = io.StringIO()
    call_command("report", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def rows_of_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def content(answer: Any) -> bytes:
    """All of an answer, after which its file is closed."""
    return b"".join(answer)


def sheets_of_xlsx(data: bytes) -> dict[str, list[list[Any]]]:
    """The cells of each sheet of a workbook: text as text, numbers as they are written."""
    main, named = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}", {}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheets = ET.fromstring(book.read("xl/workbook.xml")).iter(f"{main}sheet")
        for number, sheet in enumerate(sheets, start=1):
            rows = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml")).iter(f"{main}row")
            named[sheet.attrib["name"]] = [[_cell(cell, main) for cell in row] for row in rows]
    return named


def _cell(cell: ET.Element, main: str) -> Any:
    assert cell.find(f"{main}f") is None, "a formula"
    text, number = cell.find(f"{main}is/{main}t"), cell.findtext(f"{main}v")
    return number if text is None else (text.text or "",)
