"""The formats: each says the same, in its own way, and nothing in a cell does anything."""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from common.exports import workbook
from common.exports.cells import as_span
from common.exports.columns import Column, Kind
from events.services import START, Extent
from reporting import formats
from reporting.definitions import Question, Report
from reporting.formats import as_csv, as_json, as_markdown, as_ndjson, as_table
from reporting.services import Answer
from reporting.tests.asking import rows_of_csv, sheets_of_xlsx
from reporting.writing import write

ZONE = "Europe/Berlin"
COLUMNS = tuple(Column(f"a_{kind}" if kind != Kind.CENTS else "a_cents", kind) for kind in Kind)
REPORT = Report("test", "A test.", (), (), COLUMNS, "")
MOMENT = datetime(2011, 1, 31, 23, 30, 15, tzinfo=ZoneInfo(ZONE))
ROW = ("Lamp", 3, -123_456, Decimal("12.50"), 93_784, date(2011, 1, 31), MOMENT)
NOTHING = (None,) * len(COLUMNS)


def answered(*rows: tuple[Any, ...], columns: tuple[Column, ...] = COLUMNS) -> Answer:
    report = Report("test", "A test.", (), (), columns, "")
    question = Question(report, ZONE, date(2011, 2, 1))
    return Answer(question, datetime(2011, 2, 1, tzinfo=UTC), Extent(START, 0), iter(rows))


def workbook_of(answer: Answer) -> dict[str, list[list[Any]]]:
    file = io.BytesIO()
    write(answer, "xlsx", file)
    return sheets_of_xlsx(file.getvalue())


class Gone(io.BytesIO):
    """A pipe whose reader has gone."""

    def write(self, data: Any) -> int:
        raise BrokenPipeError


def test_a_reader_that_has_gone_is_no_failure_of_the_workbook() -> None:
    with pytest.raises(BrokenPipeError):
        write(answered(ROW), "xlsx", Gone())


def test_every_kind_of_value_is_told_for_programs() -> None:
    told = dict(zip((c.name for c in COLUMNS), ROW, strict=True))
    told |= {"a_decimal": 12.5, "a_date": "2011-01-31", "a_moment": "2011-01-31T23:30:15+01:00"}

    assert json.loads("".join(as_json(answered(ROW))))["rows"] == [told]
    assert [json.loads(line) for line in as_ndjson(answered(ROW, NOTHING))] == [told, dict.fromkeys(told)]
    first, second = rows_of_csv("".join(as_csv(answered(ROW, NOTHING))))
    assert first == {**{name: str(value) for name, value in told.items()}, "a_decimal": "12.50"}
    assert set(second.values()) == {""}


def test_every_kind_of_value_is_told_for_people() -> None:
    heading, _, row, nothing, _, asked = "".join(as_table(answered(ROW, NOTHING))).splitlines()

    assert re.split("  +", heading) == ["A text", "A integer", "A EUR", "A decimal", "A", "A date", "A moment"]
    assert re.split("  +", row) == [
        "Lamp",
        "3",
        "-1,234.56",
        "12.50",
        "1d 02:03:04",
        "2011-01-31",
        "2011-01-31 23:30:15",
    ]
    assert (nothing, asked) == ("", "test, as of now, days in Europe/Berlin")


def test_a_workbook_has_numbers_as_numbers_and_says_what_was_asked() -> None:
    book = workbook_of(answered(ROW, NOTHING))

    assert book["Report"][1][0] == ("Lamp",)
    assert book["Report"][1][1:4] == ["3", "-1234.56", "12.50"]
    seconds, day, moment = map(float, book["Report"][1][4:])
    assert round(seconds * 86_400) == 93_784
    assert (day, round((moment - day) * 86_400)) == (40_574, 23 * 3600 + 30 * 60 + 15)
    assert book["Report"][2:] in ([], [[]])
    assert {row[0][0]: row[1][0] for row in book["Question"]}["range"] == "as of now, days in Europe/Berlin"


def test_numbers_that_a_spreadsheet_would_round_are_text() -> None:
    most = 10**15
    rows = [("", sign * cents, sign * cents, None, None, None, None) for cents in (most - 1, most) for sign in (1, -1)]

    cells = [row[1:3] for row in workbook_of(answered(*rows))["Report"][1:]]

    assert cells[:2] == [["999999999999999", "9999999999999.99"], ["-999999999999999", "-9999999999999.99"]]
    assert cells[2] == [("1000000000000000",), ("10,000,000,000,000.00",)]
    assert cells[3] == [("-1000000000000000",), ("-10,000,000,000,000.00",)]


def test_days_before_the_calendar_of_a_spreadsheet_are_text() -> None:
    row = (*NOTHING[:5], date(1850, 3, 1), datetime(1850, 3, 1, tzinfo=UTC))

    assert workbook_of(answered(row))["Report"][1] == [("1850-03-01",), ("1850-03-01 00:00:00",)]


@pytest.mark.parametrize(("rows", "sheets"), [(0, [0]), (1, [1]), (4, [4]), (5, [4, 1]), (9, [4, 4, 1])])
def test_what_one_sheet_cannot_hold_goes_on_in_a_next_one(
    rows: int, sheets: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 5)

    book = workbook_of(answered(*((str(number), *NOTHING[1:]) for number in range(rows))))

    *filled, _ = book.values()
    assert [len(sheet) - 1 for sheet in filled] == sheets
    assert [cell[0][0] for sheet in filled for cell in sheet[1:]] == [str(number) for number in range(rows)]
    assert all(sheet[0] == filled[0][0] for sheet in filled) and list(book)[-1] == "Question"


def test_a_table_holds_no_more_than_it_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MEASURED_ROWS", 2)
    taken: list[int] = []

    def rows() -> Iterator[tuple[Any, ...]]:
        for number in range(10):
            taken.append(number)
            yield ("x" * number, *NOTHING[1:])

    question = Question(REPORT, ZONE, date(2011, 2, 1))
    pieces = as_table(Answer(question, MOMENT, Extent(START, 0), rows()))
    next(pieces)

    assert taken == [0, 1]
    assert [line.strip() for line in pieces][1:-1] == ["x" * number for number in range(10)]


# Nothing in a cell does anything

TEXT = (Column("a", Kind.TEXT), Column("b", Kind.TEXT))
FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
hostile = st.one_of(
    st.text(),
    st.builds("".join, st.tuples(st.sampled_from([*FORMULA_STARTS, " =", "\n@"]), st.text())),
    st.text(alphabet="|\\`*_[]()<>#!~&$^\n\r ax=-+@'\""),
)


def is_harmless(cell: str) -> bool:
    return not cell.startswith(FORMULA_STARTS) and not cell.lstrip().startswith(FORMULA_STARTS)


@given(hostile, hostile)
def test_no_cell_of_a_csv_runs(first: str, second: str) -> None:
    (row,) = rows_of_csv("".join(as_csv(answered((first, second), columns=TEXT))))

    for cell, text in zip(row.values(), (first, second), strict=True):
        assert is_harmless(cell) and cell in (text, f"'{text}")


@settings(max_examples=60)
@given(hostile, hostile)
@example("<r><t>x</t></r>", "_x0041_")
@example('=HYPERLINK("http://x")', "https://example.com")
@example("\x00\x0b\ufffe", "]]>&amp;")
def test_no_cell_of_a_workbook_runs_and_every_one_is_text(first: str, second: str) -> None:
    (row,) = workbook_of(answered((first, second), columns=TEXT))["Report"][1:]

    for (cell,), text in zip(row, (first, second), strict=True):
        assert is_harmless(cell)
        assert _unescaped(cell) in (text, f"'{text}")


def _unescaped(cell: str) -> str:
    """A character that XML cannot hold, or text that looks like one, is written as _xHHHH_."""
    return re.sub("_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), cell)


@settings(max_examples=60)
@given(hostile, hostile)
@example("a|b", "[x](javascript:alert(1))")
@example("<script>", "| --- |")
@example("&lt;", "http://example.com www.example.com a@example.com")
def test_a_cell_of_markdown_is_text_and_one_cell(first: str, second: str) -> None:
    html = (
        MarkdownIt("commonmark").enable("table").render("".join(as_markdown(answered((first, second), columns=TEXT))))
    )

    assert len(re.findall("<td>", html)) == 2
    assert not set(re.findall(r"</?([a-z0-9]+)", html)) - {"table", "thead", "tbody", "tr", "th", "td", "p"}
    cells = [_text(cell) for cell in re.findall("<td>(.*?)</td>", html, re.DOTALL)]
    for cell, text in zip(cells, (first, second), strict=True):
        shown = "".join(character if character.isprintable() else "?" for character in text)
        assert cell in (shown.strip(), f"'{shown}".strip())
        assert is_harmless(cell)


def _text(html: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        html = html.replace(entity, character)
    return html


def test_markdown_has_numbers_to_the_right_and_says_what_was_asked() -> None:
    lines = "".join(as_markdown(answered(ROW))).splitlines()

    assert lines[1] == "| --- | ---: | ---: | ---: | ---: | --- | --- |"
    assert lines[2].startswith("| Lamp | 3 | -1,234.56 | 12.50 | 1d 02:03:04 | 2011-01-31 |")
    assert lines[-1] == "test, as of now, days in Europe/Berlin"


@given(st.integers(0, 10**10))
def test_a_span_is_as_long_as_its_seconds(seconds: int) -> None:
    days, hours, minutes, rest = map(int, re.split("d |:", as_span(seconds)))

    assert ((days * 24 + hours) * 60 + minutes) * 60 + rest == seconds
    assert hours < 24 and minutes < 60 and rest < 60
