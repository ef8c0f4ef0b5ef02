"""Reading a table of text from a file that somebody exported."""

import csv
import gzip
import io
import shutil
import tempfile
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from common.errors import ImportRefused

GZIP = b"\x1f\x8b"
MOST_CHARACTERS_OF_A_LINE = 4_000_000
# Put behind the last line, and in no file: if it does not come out again as a row of its own, a quote was never closed.
END = str(uuid.uuid4())


class UnreadableFile(ImportRefused):
    """The file as a whole makes no sense; nothing of it was imported."""

    code = "unreadable_file"
    title = "The file cannot be read"


class Source:
    """An open file of comma-separated values (RFC 4180), gzipped or not, whose first row names the columns.

    It can be read more than once. Rows are numbered as a spreadsheet numbers them: the names are row 1.
    """

    def __init__(self, file: BinaryIO, *, name: str, encoding: str, delimiter: str) -> None:
        self.file, self.name, self.encoding, self.delimiter = file, name, encoding, delimiter
        self.header = self._header()

    def rows(self) -> Iterator[tuple[int, list[str] | None]]:
        """Number and cells of every row that is not blank; no cells where they cannot be told apart."""
        records = self._records()
        next(records)
        return ((number, cells) for number, cells in records if cells != [])

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.file.seek(0, io.SEEK_END)

    def _header(self) -> list[str]:
        _, cells = next(self._records(), (0, []))
        if not cells:
            raise UnreadableFile(f"{self.name}: the first row is to name the columns, and it is empty.")
        return [cell.strip() for cell in cells]

    def _records(self) -> Iterator[tuple[int, list[str] | None]]:
        number = 0
        try:
            with self._text() as text:
                for cells in _cells(csv.reader(_lines(text), delimiter=self.delimiter)):
                    number += 1
                    yield number, cells
        except UnicodeError:
            known = f"it is not {self.encoding} text; name another with --encoding"
            raise UnreadableFile(f"{self.name}, after row {number}: {known}.") from None
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise UnreadableFile(f"{self.name}, after row {number}: the gzip data are damaged.") from None
        except _Damaged as damage:
            raise UnreadableFile(f"{self.name}, after row {number}: {damage}.") from None

    @contextmanager
    def _text(self) -> Iterator[TextIO]:
        self.file.seek(0)
        is_gzip = self.file.read(len(GZIP)) == GZIP
        self.file.seek(0)
        stream = gzip.GzipFile(fileobj=self.file) if is_gzip else self.file
        text = io.TextIOWrapper(stream, encoding=self.encoding, newline="")
        try:
            yield text
        finally:
            text.detach()  # the file stays open, to be read again


class _Damaged(Exception):
    """Why the rest of the file cannot be told apart into rows."""


def _lines(text: TextIO) -> Iterator[str]:
    """The lines as they are, none so long that it would fill the memory, and END."""
    while line := text.readline(MOST_CHARACTERS_OF_A_LINE):
        if len(line) == MOST_CHARACTERS_OF_A_LINE:
            raise _Damaged("a line is too long to be one of a table")
        yield line
    yield f'"{END}"'


def _cells(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    while True:
        try:
            cells = next(reader)
        except csv.Error:
            yield None
            continue
        except StopIteration:
            raise _Damaged("a quote is opened and never closed") from None
        if cells == [END]:
            return
        yield cells


@contextmanager
def opened(path: Path, *, encoding: str, delimiter: str) -> Iterator[Source]:
    """The file, ready to be read. Raises OSError, UnreadableFile."""
    with path.open("rb") as file, tempfile.TemporaryFile() as copy:
        readable: BinaryIO = file
        if not file.seekable():
            shutil.copyfileobj(file, copy)
            readable = copy
        yield Source(readable, name=path.name, encoding=encoding, delimiter=delimiter)
