"""An answer as text, piece by piece: a door may print, store or stream it without holding it whole."""

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from rich.cells import cell_len

from common.exports.cells import csv_line, for_people, safe_cell
from common.exports.columns import Column, heading
from common.exports.files import in_iso
from reporting.services import Answer, Row

MEASURED_ROWS = 1_000
# What Markdown, or the HTML that may stand in it, would take for more than text.
MARKUP = re.compile(r"([\\`*_\[\]<>|~&$])")


def as_csv(answer: Answer) -> Iterator[str]:
    """For spreadsheets and programs: a heading, then rows; money in cents, text safe from running as a formula."""
    yield csv_line([column.name for column in answer.columns])
    for row in answer.rows:
        yield csv_line([safe_cell(in_iso(value)) for value in row])


def as_json(answer: Answer) -> Iterator[str]:
    """For programs: `{meta, columns, rows}`, each row an object; money in cents, text as it is."""
    columns = [{"name": c.name, "kind": c.kind.value, "label": c.label} for c in answer.columns]
    yield f'{{"meta": {_json(answer.meta())},\n"columns": {_json(columns)},\n"rows": ['
    separator = "\n"
    for row in _objects(answer):
        yield separator + row
        separator = ",\n"
    yield "\n]}\n"


def as_ndjson(answer: Answer) -> Iterator[str]:
    """For programs that read line by line: each row an object of its own, as in json."""
    return (f"{row}\n" for row in _objects(answer))


def as_table(answer: Answer) -> Iterator[str]:
    """For people: money in units, numbers to the right, and below what was asked.

    Columns are as wide as the first thousand rows need, so that a million take no more memory than these.
    """
    rows = (_shown(row, answer.columns) for row in answer.rows)
    first = [[heading(column) for column in answer.columns], *islice(rows, MEASURED_ROWS)]
    widths = [max(map(cell_len, column)) for column in zip(*first, strict=True)]
    first.insert(1, ["-" * width for width in widths])
    for row in chain(first, rows):
        cells = [_aligned(*cell) for cell in zip(row, widths, answer.columns, strict=True)]
        yield "  ".join(cells).rstrip() + "\n"
    yield f"\n{answer.question.in_words()}\n"


def as_markdown(answer: Answer) -> Iterator[str]:
    """For mails, tickets and wikis: a table of GitHub's Markdown with money in units, and below what was asked."""
    yield _markdown_line([heading(column) for column in answer.columns])
    yield _markdown_line(["---:" if column.is_number else "---" for column in answer.columns])
    for row in answer.rows:
        yield _markdown_line([_markdown_cell(*cell) for cell in zip(row, answer.columns, strict=True)])
    yield f"\n{MARKUP.sub(_escaped, answer.question.in_words())}\n"


def _objects(answer: Answer) -> Iterator[str]:
    names = [column.name for column in answer.columns]
    return (_json(dict(zip(names, row, strict=True))) for row in answer.rows)


def _json(value: Any) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    # A share or a number of days has few digits and is a number in JSON; money never comes as Decimal.
    return float(value) if isinstance(value, Decimal) else in_iso(value)


def _shown(row: Row, columns: tuple[Column, ...]) -> list[str]:
    return [for_people(value, column.kind) for value, column in zip(row, columns, strict=True)]


def _aligned(text: str, width: int, column: Column) -> str:
    padding = " " * (width - cell_len(text))
    return padding + text if column.is_number else text + padding


def _markdown_line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _markdown_cell(value: Any, column: Column) -> str:
    text = for_people(value, column.kind)
    return text if column.is_number else MARKUP.sub(_escaped, str(safe_cell(text)))


def _escaped(match: re.Match[str]) -> str:
    # As an entity, not after a backslash: inside a table a backslash before a bar is read in two ways.
    return f"&#{ord(match[1])};"


TEXTS: dict[str, Callable[[Answer], Iterator[str]]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
    "ndjson": as_ndjson,
    "markdown": as_markdown,
}
