"""No exported cell runs as a formula, and nothing else is changed."""

import csv
import io
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from common.exports.cells import csv_line, safe_cell
from common.money import grouped

FORMULA_STARTS = "=+-@\t\r"
# Blanks before a formula do not make it harmless everywhere; before a TAB or CR they do.
formulas = st.builds("".join, st.tuples(st.sampled_from(FORMULA_STARTS), st.text())) | st.builds(
    "".join, st.tuples(st.sampled_from([" ", "\n", "\xa0\t"]), st.sampled_from("=+-@"), st.text())
)


@given(st.one_of(st.text(), formulas))
@example("=HYPERLINK(1)")
@example("+49 30 5550000")
@example("-5")
@example("@SUM(A1)")
@example("\t=1")
@example("\r=1")
@example("＝1")
def test_text_never_begins_like_a_formula(text: str) -> None:
    cell = str(safe_cell(text))

    assert not cell.startswith(tuple(FORMULA_STARTS))
    assert not cell.lstrip().startswith(tuple("=+-@"))
    assert cell in (text, f"'{text}")


@given(formulas)
def test_what_begins_like_a_formula_is_marked(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@given(st.text().filter(lambda text: not text[:1].isspace() and text[:1] not in set("=+-@＝＋－＠")))
def test_other_text_is_left_alone(text: str) -> None:
    assert safe_cell(text) == text


@given(st.one_of(st.integers(), st.decimals(), st.dates(), st.none()))
def test_numbers_and_dates_stay_what_they_are(value: object) -> None:
    assert safe_cell(value) is value


@given(st.integers(-(10**20), 10**20))
def test_cents_in_units_are_the_same_money(cents: int) -> None:
    assert Decimal(grouped(cents).replace(",", "")) * 100 == Decimal(cents)
    assert len(grouped(cents).partition(".")[2]) == 2


def test_units_are_told_as_people_write_them() -> None:
    assert [grouped(cents) for cents in (0, 5, -5, 123_456_789)] == ["0.00", "0.05", "-0.05", "1,234,567.89"]


@given(st.lists(st.one_of(st.text(), formulas), min_size=2))
def test_cells_come_back_from_csv_as_they_went_in(texts: list[str]) -> None:
    assert list(csv.reader(io.StringIO(csv_line(texts), newline=""))) == [texts]
