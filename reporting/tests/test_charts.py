"""Charts draw what the rows say, at any size and with any figures."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from common.exports.columns import Column, Kind
from reporting.admin.charts import HEIGHT, MOST_BARS, Drawing, draw
from reporting.definitions import Chart, Question, Report

OVER_TIME = (Column("period", Kind.TEXT), Column("starts_on", Kind.DATE), Column("a_cents", Kind.CENTS))
BESIDE = (Column("name", Kind.TEXT), Column("orders", Kind.INTEGER))


def drawn(
    columns: Sequence[Column], chart: Chart | None, rows: list[tuple[Any, ...]], by: str = "day"
) -> Drawing | None:
    report = Report("test", "A test.", (), (), tuple(columns), "", chart=chart)
    return draw(Question(report, "UTC", date(2024, 1, 1), by=by), rows)


def upright(*values: int | None, days: Sequence[int] | None = None) -> Drawing | None:
    first = date(2024, 1, 1)
    starts = [first + timedelta(days=day) for day in days or range(len(values))]
    rows = [(str(day), day, value) for day, value in zip(starts, values, strict=True)]
    return drawn(OVER_TIME, Chart(("period",), ("a_cents",), over_time=True), rows)


@given(st.lists(st.integers(0, 10**20), min_size=1, max_size=400).filter(any))
def test_bars_are_as_high_as_their_values_and_stand_within_the_chart(values: list[int]) -> None:
    drawing = upright(*values)
    assert drawing is not None

    highest = max(values)
    tallest = max(float(bar.height) for bar in drawing.bars)
    assert HEIGHT / 5 <= tallest <= HEIGHT + 0.1
    for bar, value in zip(drawing.bars, values, strict=True):
        assert abs(float(bar.height) - tallest * value / highest) < 0.2
        assert abs(float(bar.y) + float(bar.height) - HEIGHT) < 0.2
        assert float(bar.x.rstrip("%")) >= 0 and float(bar.x.rstrip("%")) + float(bar.width.rstrip("%")) < 100
    assert 1 <= len(drawing.ticks) <= 5
    assert len({mark.text for mark in drawing.ticks}) == len(drawing.ticks)


def test_a_step_without_anything_leaves_a_gap() -> None:
    drawing = upright(1, 1, 1, days=(0, 1, 3))
    assert drawing is not None

    assert [bar.x for bar in drawing.bars] == ["2.500%", "27.500%", "77.500%"]
    assert [mark.text for mark in drawing.names] == ["2024-01-01", "2024-01-02", "2024-01-04"]


def test_values_of_one_row_stand_on_each_other() -> None:
    columns = (*OVER_TIME, Column("b_cents", Kind.CENTS))
    chart = Chart(("period",), ("a_cents", "b_cents"), over_time=True)

    drawing = drawn(
        columns, chart, [("2024-01", date(2024, 1, 1), 300, 100), ("2024-02", date(2024, 2, 1), 0, 400)], "month"
    )
    assert drawing is not None

    below, above, nothing, whole = drawing.bars
    assert float(above.y) + float(above.height) == float(below.y)
    assert (float(whole.height), float(nothing.height), above.tone) == (float(below.height) + float(above.height), 0, 1)
    assert (drawing.title, drawing.legend, above.title) == ("A and B, EUR", ("A", "B"), "2024-01: 1.00 EUR B")


def test_lying_bars_are_as_long_as_their_values_and_no_more_than_find_room() -> None:
    rows = [(f"n{number}", number or None) for number in range(MOST_BARS + 6, -1, -1)]

    drawing = drawn(BESIDE, Chart(("name",), ("orders",)), rows)
    assert drawing is not None

    assert len(drawing.lines) == MOST_BARS and drawing.rest == 6
    assert (drawing.lines[0].width, drawing.lines[0].text) == ("100.000%", "26")
    assert drawing.lines[13].width == "50.000%"


def test_nothing_is_drawn_of_nothing() -> None:
    chart = Chart(("name",), ("orders",))

    assert drawn(BESIDE, None, [("a", 1)]) is None
    assert drawn(BESIDE, chart, []) is None
    assert drawn(BESIDE, chart, [("a", 0), ("b", None), ("c", -1)]) is None
    assert upright(0, None) is None
