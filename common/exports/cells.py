"""How single values are written."""

import csv
from collections.abc import Sequence
from typing import Any

from common.exports.columns import Kind
from common.money import grouped

# What makes a spreadsheet take text for a formula, or splits it so that the rest is one; the wide forms, too.
# Source: OWASP, "CSV Injection".
DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")


def safe_cell(value: object) -> object:
    """The value as a spreadsheet may have it: text that it would run as a formula is marked as text by a quote.

    Numbers stay numbers, negative ones too. Text that begins with blanks is judged by what follows them.
    """
    if isinstance(value, str) and (value.startswith(DANGEROUS) or value.lstrip().startswith(DANGEROUS)):
        return f"'{value}"
    return value


def as_span(seconds: int) -> str:
    """93784 seconds read 1d 02:03:04."""
    days, rest = divmod(seconds, 86_400)
    return f"{days}d {rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


def for_people(value: Any, kind: Kind) -> str:
    """The value as a person reads it; what is not known stays empty."""
    if value is None:
        return ""
    if kind == Kind.CENTS:
        return grouped(value)
    if kind == Kind.SECONDS:
        return as_span(value)
    if kind == Kind.MOMENT:
        return f"{value:%Y-%m-%d %H:%M:%S}"
    # A name must not be able to speak to the terminal, nor to break a line.
    return "".join(character if character.isprintable() else "?" for character in str(value))


class _Echo:
    """Gives back what the csv module writes to it."""

    def write(self, text: str) -> str:
        return text


def csv_line(cells: Sequence[object]) -> str:
    """One line of CSV (RFC 4180, but ending as lines end on Unix)."""
    # The module is left with its own line ends, so that it quotes both of their characters inside a cell.
    writer: Any = csv.writer(_Echo())
    text: str = writer.writerow(cells)
    return text.removesuffix("\r\n") + "\n"
