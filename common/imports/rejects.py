"""The file of the rows that were not taken: each with its number and the reason, and otherwise as it came."""

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from common.files import written_whole
from common.imports.sources import Source
from common.imports.staging import Staging

COLUMNS = ("row_number", "reason_code", "reason")


@contextmanager
def rejects_file(path: Path, encoding: str) -> Iterator[TextIO]:
    """A file that appears under its name when everything went well, and else not at all. Raises OSError."""
    # A mark at the beginning would be taken for a part of the first name by whoever reads plain UTF-8.
    encoding = "utf-8" if encoding.lower().replace("_", "-") == "utf-8-sig" else encoding
    with written_whole(path) as raw:
        text = io.TextIOWrapper(raw, encoding=encoding, newline="")
        yield text
        text.detach()  # written out, and left to be closed with its file


def write_rejects(file: TextIO, source: Source, staging: Staging, reasons: Mapping[str, str]) -> None:
    """Read the source again and write those of its rows that were rejected. Both come in the order of the rows."""
    writer = csv.writer(file, delimiter=source.delimiter)
    writer.writerow((*COLUMNS, *source.header))
    rows = source.rows()
    for rejected, code in staging.rejected():
        cells = next(cells for number, cells in rows if number == rejected)
        writer.writerow((rejected, code, reasons[code], *(cells or ())))
