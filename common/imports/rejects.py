"""The file of the rows that were not taken: each with its number and the reason, and otherwise as it came."""

import csv
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from common.imports.sources import Source
from common.imports.staging import Staging

COLUMNS = ("row_number", "reason_code", "reason")


@contextmanager
def rejects_file(path: Path, encoding: str) -> Iterator[TextIO]:
    """A file that appears under its name when everything went well, and else not at all. Raises OSError."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise OSError(0, "is not an ordinary file and cannot be replaced", str(path))
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    # A mark at the beginning would be taken for a part of the first name by whoever reads plain UTF-8.
    encoding = "utf-8" if encoding.lower().replace("_", "-") == "utf-8-sig" else encoding
    try:
        with draft.open("w", encoding=encoding, newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def write_rejects(file: TextIO, source: Source, staging: Staging, reasons: Mapping[str, str]) -> None:
    """Read the source again and write those of its rows that were rejected. Both come in the order of the rows."""
    writer = csv.writer(file, delimiter=source.delimiter)
    writer.writerow((*COLUMNS, *source.header))
    rows = source.rows()
    for rejected, code in staging.rejected():
        cells = next(cells for number, cells in rows if number == rejected)
        writer.writerow((rejected, code, reasons[code], *(cells or ())))
