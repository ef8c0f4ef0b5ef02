"""Any file that somebody exported can be read, and what is none says so in one line."""

import gzip
import os
from pathlib import Path

import pytest

from common.imports.sources import UnreadableFile, opened

Rows = list[tuple[int, list[str] | None]]


def read(path: Path, encoding: str = "utf-8-sig", delimiter: str = ",") -> Rows:
    with opened(path, encoding=encoding, delimiter=delimiter) as source:
        first, again = list(source.rows()), list(source.rows())
    assert first == again
    return [(1, source.header), *first]


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        "name,town\nÅsa,Köln\n".encode(),
        "name,town\r\nÅsa,Köln".encode(),
        "\ufeff name ,town\nÅsa,Köln\n".encode(),
        gzip.compress("name,town\nÅsa,Köln\n".encode()),
    ],
    ids=["plain", "of another system, without an end", "with a mark and blanks around names", "gzip"],
)
def test_reads_the_same_table_however_it_was_written(tmp_path: Path, data: bytes) -> None:
    assert read(written(tmp_path / "table", data)) == [(1, ["name", "town"]), (2, ["Åsa", "Köln"])]


def test_reads_other_encodings_and_delimiters(tmp_path: Path) -> None:
    path = written(tmp_path / "table.csv", "name;town\nÅsa;Köln\n".encode("latin-1"))

    assert read(path, "latin-1", ";")[1] == (2, ["Åsa", "Köln"])


def test_numbers_rows_as_a_spreadsheet_does(tmp_path: Path) -> None:
    path = written(tmp_path / "table.csv", b'name\nfirst\n\n"of two\nlines"\nlast\n')

    assert read(path) == [(1, ["name"]), (2, ["first"]), (4, ["of two\nlines"]), (5, ["last"])]


def test_a_row_that_cannot_be_read_is_one_row_and_not_the_end(tmp_path: Path) -> None:
    path = written(tmp_path / "table.csv", b"name\n" + b"x" * 200_000 + b"\nlast\n")

    assert read(path) == [(1, ["name"]), (2, None), (3, ["last"])]


def test_no_row_ends_the_file_but_the_last(tmp_path: Path) -> None:
    path = written(tmp_path / "table.csv", b"name\n\0end\0\nlast\n")

    assert [cells for _, cells in read(path)] == [["name"], ["\0end\0"], ["last"]]


@pytest.mark.parametrize("delimiter", ["-", "e", "0"])
def test_any_character_parts_cells(tmp_path: Path, delimiter: str) -> None:
    path = written(tmp_path / "table.csv", f"name{delimiter}town\n".encode())

    assert read(path, delimiter=delimiter)[1:] == []


def test_a_pipe_can_be_read_too(tmp_path: Path) -> None:
    receiving, sending = os.pipe()
    os.write(sending, b"name\nfirst\n")
    os.close(sending)

    assert read(Path(f"/dev/fd/{receiving}")) == [(1, ["name"]), (2, ["first"])]
    os.close(receiving)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "not utf-8-sig text"),
        (b"name\nfirst\n\xff\xfe\n", "it is not utf-8-sig text; name another with --encoding"),
        (gzip.compress(b"name\nfirst\n" * 1000, mtime=0)[:-20], "gzip data are damaged"),
        (b"\x1f\x8bnothing of the kind", "gzip data are damaged"),
        (b'name,town\nfirst,"never closed\nsecond,here\n', "after row 2: a quote is opened and never closed"),
        (b"name\n" + b"x" * 5_000_000, "a line is too long"),
    ],
)
def test_says_what_is_wrong_with_a_file_that_is_no_table(tmp_path: Path, data: bytes, complaint: str) -> None:
    path = written(tmp_path / "table.csv", data)

    with pytest.raises(UnreadableFile) as refusal:
        read(path)

    assert complaint in refusal.value.detail
    assert "\n" not in refusal.value.detail
