"""A table as an Excel workbook (ECMA-376), written row by row."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import MAXYEAR, datetime
from decimal import Decimal
from functools import partial
from itertools import chain, islice
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import xlsxwriter

from common.exports.cells import for_people, safe_cell
from common.exports.columns import Column, Kind, heading

MOST_ROWS = 1_048_576  # of a sheet, heading included; what is more goes on in a next one
FIRST_YEAR = 1901  # Excel's calendar begins in 1900, with a 29 February that never was
MOST_EXACT = 10**15  # Excel keeps fifteen digits: longer numbers are written as text
LOOKS = {
    Kind.INTEGER: "0",
    Kind.CENTS: "#,##0.00",
    Kind.DECIMAL: "#,##0.00",
    Kind.SECONDS: "[h]:mm:ss",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm:ss",
}
WIDTHS = {Kind.TEXT: 24, Kind.MOMENT: 20}

Row = Sequence[Any]
Write = Callable[[int, int, Any], None]


def write_workbook(
    file: BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    name: str,
    about: tuple[str, Mapping[str, Any]],
) -> None:
    """For accountants: money in units as numbers, text safe from running as a formula.

    What the table is `about` (a name, and pairs) stands on a last sheet. Rows go to a temporary file as they come, so
    memory is the same for any number of them. Raises OSError.
    """
    # What refuses to be written, as a pipe whose reader has gone, must not be the library's: it goes on writing.
    with TemporaryFile() as whole:
        with xlsxwriter.Workbook(whole, {"constant_memory": True}) as book:
            bold = book.add_format({"bold": True})
            _write_table(book, columns, rows, name, bold)
            title, pairs = about
            _write_pairs(book.add_worksheet(title), pairs, bold)
        whole.seek(0)
        copyfileobj(whole, file)


def _write_table(
    book: xlsxwriter.Workbook, columns: Sequence[Column], rows: Iterable[Row], name: str, bold: object
) -> None:
    looks = {kind: book.add_format({"num_format": look}) for kind, look in LOOKS.items()}
    for number, piece in enumerate(_by_sheet(iter(rows)), start=1):
        sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
        _write_heading(sheet, columns, bold)
        _write_rows(piece, [_writer(sheet, column.kind, looks.get(column.kind)) for column in columns])


def _by_sheet(rows: Iterator[Row]) -> Iterator[Iterator[Row]]:
    """The rows in pieces that a sheet can hold; a first one always, even without rows."""
    yield islice(rows, MOST_ROWS - 1)
    for row in rows:
        yield chain([row], islice(rows, MOST_ROWS - 2))


def _write_heading(sheet: xlsxwriter.workbook.Worksheet, columns: Sequence[Column], bold: object) -> None:
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTHS.get(column.kind, 14))
        sheet.write_string(0, place, heading(column), bold)
    sheet.freeze_panes(1, 0)


def _write_rows(rows: Iterator[Row], writers: list[Write]) -> None:
    for place, row in enumerate(rows, start=1):
        for column, (write, value) in enumerate(zip(writers, row, strict=True)):
            if value is not None:
                write(place, column, value)


def _write_pairs(sheet: xlsxwriter.workbook.Worksheet, pairs: Mapping[str, Any], bold: object) -> None:
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 60)
    for place, (name, value) in enumerate((name, value) for name, value in pairs.items() if value is not None):
        sheet.write_string(place, 0, name, bold)
        _write_text(sheet, place, 1, str(value))


def _writer(sheet: xlsxwriter.workbook.Worksheet, kind: Kind, look: object) -> Write:
    """What writes a value of this kind; never the library's own guess, which takes some text for formulas and links."""
    if kind in (Kind.DATE, Kind.MOMENT):
        return partial(_write_day, sheet, kind, look)
    if kind == Kind.TEXT:
        return lambda row, column, value: _write_text(sheet, row, column, str(value))
    return partial(_write_number, sheet, kind, look)


def _write_number(
    sheet: xlsxwriter.workbook.Worksheet, kind: Kind, look: object, row: int, column: int, value: Any
) -> None:
    if abs(value) >= MOST_EXACT:
        sheet.write_string(row, column, for_people(value, kind))
    elif kind == Kind.CENTS:
        sheet.write_number(row, column, Decimal(value).scaleb(-2), look)
    else:
        sheet.write_number(row, column, value / 86_400 if kind == Kind.SECONDS else value, look)


def _write_day(
    sheet: xlsxwriter.workbook.Worksheet, kind: Kind, look: object, row: int, column: int, value: Any
) -> None:
    if not FIRST_YEAR <= value.year < MAXYEAR:
        _write_text(sheet, row, column, for_people(value, kind))
        return
    # A workbook knows no zones: the time is that of the zone which the last sheet names.
    sheet.write_datetime(row, column, value.replace(tzinfo=None) if isinstance(value, datetime) else value, look)


def _write_text(sheet: xlsxwriter.workbook.Worksheet, row: int, column: int, text: str) -> None:
    text = str(safe_cell(text))
    # The library writes text of this shape as it is, for the XML of its own rich strings.
    sheet.write_string(row, column, f"'{text}" if text.startswith("<r>") else text)
