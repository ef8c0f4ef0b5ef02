"""An answer as text, piece by piece: a door may print, store or stream it without holding it whole."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from rich.cells import cell_len

from reporting.cells import csv_line, in_units, safe_cell
from reporting.definitions import Column, Kind
from reporting.services import Answer, Row

NUMBERS = (Kind.INTEGER, Kind.CENTS)


def as_csv(answer: Answer) -> Iterator[str]:
    """For spreadsheets and programs: a heading, then rows; money in cents, text safe from running as a formula."""
    yield csv_line([column.name for column in answer.columns])
    for row in answer.rows:
        yield csv_line([safe_cell(value) for value in row])


def as_json(answer: Answer) -> Iterator[str]:
    """For programs: `{meta, columns, rows}`, each row an object; money in cents, text as it is."""
    columns = [{"name": c.name, "kind": c.kind.value, "label": c.label} for c in answer.columns]
    yield f'{{"meta": {_json(answer.meta())},\n"columns": {_json(columns)},\n"rows": ['
    names = [column.name for column in answer.columns]
    separator = "\n"
    for row in answer.rows:
        yield separator + _json(dict(zip(names, row, strict=True)))
        separator = ",\n"
    yield "\n]}\n"


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def as_table(answer: Answer) -> Iterator[str]:
    """For people: money in units, numbers to the right, and below what was asked. Held in memory to be aligned."""
    table = [[_heading(column) for column in answer.columns], *(_shown(row, answer.columns) for row in answer.rows)]
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    table.insert(1, ["-" * width for width in widths])
    for row in table:
        cells = [_aligned(*cell) for cell in zip(row, widths, answer.columns, strict=True)]
        yield "  ".join(cells).rstrip() + "\n"
    yield f"\n{answer.question.in_words()}\n"


def _heading(column: Column) -> str:
    return f"{column.label} {settings.OMS_CURRENCY}" if column.kind == Kind.CENTS else column.label


def _shown(row: Row, columns: tuple[Column, ...]) -> list[str]:
    return [_show(value, column.kind) for value, column in zip(row, columns, strict=True)]


def _show(value: Any, kind: Kind) -> str:
    if kind == Kind.CENTS:
        return in_units(value)
    if kind == Kind.INTEGER:
        return str(value)
    # A name must not be able to speak to the terminal.
    return "".join(character if character.isprintable() else "?" for character in str(value))


def _aligned(text: str, width: int, column: Column) -> str:
    padding = " " * (width - cell_len(text))
    return padding + text if column.kind in NUMBERS else text + padding


FORMATS: dict[str, Callable[[Answer], Iterator[str]]] = {"table": as_table, "csv": as_csv, "json": as_json}
