"""What a row may hold, and from which columns of the file it comes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from common.errors import ImportRefused
from common.imports.values import Rejected

Cells = list[str]
Read = Callable[[Cells], str]
MOST_NAMES_SHOWN = 30
TEMPLATE = re.compile(r"\{([^{}]*)\}")


class WrongMap(ImportRefused):
    """The caller's maps and the file's columns do not go together."""

    code = "wrong_map"
    title = "Fields and columns do not match"


@dataclass(frozen=True, slots=True)
class Field:
    """A value that a row may have. `parse` makes it of the trimmed text or raises Rejected.

    When no column is mapped and the file has none of its name or `aliases` (or `own_column` is false), the column of
    the field `like` is taken, and else the value is `otherwise`, unless it is `required`.
    """

    name: str
    parse: Callable[[str], Any]
    required: bool = False
    aliases: tuple[str, ...] = ()
    like: str = ""
    own_column: bool = True
    otherwise: Any = None


class Layout:
    """How the rows of one file become the values of the fields, in the order of the fields."""

    def __init__(self, fields: Sequence[Field], header: Sequence[str], maps: Sequence[str]) -> None:
        """Raises WrongMap."""
        self.width = len(header)
        reads = _reads(fields, header, maps)
        missing = [field.name for field in fields if field.required and field.name not in reads]
        if missing:
            detail = f"No column for {_listed(missing)}. The file has: {_listed(header)}. "
            raise WrongMap(f"{detail}Fields: {_listed(_names(fields))}.")
        self._steps = [(reads.get(field.name), field.parse, field.otherwise) for field in fields]

    def values(self, cells: Cells | None) -> list[Any]:
        """The values of one row. Raises Rejected."""
        if cells is None:
            raise Rejected("unreadable_row")
        if len(cells) != self.width:
            raise Rejected("wrong_number_of_columns")
        return [otherwise if read is None else parse(read(cells).strip()) for read, parse, otherwise in self._steps]


def _reads(fields: Sequence[Field], header: Sequence[str], maps: Sequence[str]) -> dict[str, Read]:
    reads = _mapped(fields, header, maps)
    for field in fields:
        own = next((name for name in (field.name, *field.aliases) if name in header), None)
        if field.name not in reads and own is not None and field.own_column:
            reads[field.name] = _column(own, header)
    for field in fields:
        if field.name not in reads and field.like in reads:
            reads[field.name] = reads[field.like]
    return reads


def _mapped(fields: Sequence[Field], header: Sequence[str], maps: Sequence[str]) -> dict[str, Read]:
    canonical = {name: field.name for field in fields for name in (field.name, *field.aliases)}
    reads: dict[str, Read] = {}
    for text in maps:
        name, sign, source = text.partition("=")
        if not sign:
            raise WrongMap(f"A map reads field=Column or field=template, not {text!r}.")
        field = canonical.get(name.strip())
        if field is None:
            raise WrongMap(f"There is no field {name!r}. Fields: {_listed(_names(fields))}.")
        if field in reads:
            raise WrongMap(f"{field} is mapped twice.")
        reads[field] = _read(source, header)
    return reads


def _read(source: str, header: Sequence[str]) -> Read:
    """The text of a column, or of a template such as `{CustomerID}@import.invalid`."""
    if source.strip() in header or not TEMPLATE.search(source):
        return _column(source.strip(), header)
    # Texts and columns take turns, beginning with a text.
    parts = TEMPLATE.split(source)
    texts, columns = parts[::2], [_column(name.strip(), header) for name in parts[1::2]]

    def fill(cells: Cells) -> str:
        filled = [column(cells).strip() for column in columns]
        if not all(filled):
            return ""
        return texts[0] + "".join(value + text for value, text in zip(filled, texts[1:], strict=True))

    return fill


def _column(name: str, header: Sequence[str]) -> Read:
    if not name or name not in header:
        raise WrongMap(f"There is no column {name!r}. The file has: {_listed(header)}.")
    if header.count(name) > 1:
        raise WrongMap(f"The file has more than one column {name!r}.")
    return itemgetter(header.index(name))


def _names(fields: Sequence[Field]) -> list[str]:
    return [field.name for field in fields]


def _listed(names: Sequence[str]) -> str:
    """Names in one line, whatever the file has put in them."""
    shown = [" ".join(name.split())[:60] for name in names[:MOST_NAMES_SHOWN]]
    return ", ".join(shown) + (", …" if len(names) > MOST_NAMES_SHOWN else "")
