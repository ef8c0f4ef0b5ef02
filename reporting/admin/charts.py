"""What a page draws of a report: plain SVG made on the server, which no policy against scripts or styles forbids.

Positions across are in percent, so that a chart fits any width; heights are in pixels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from common.exports.cells import for_people
from common.exports.columns import Column, Kind
from common.money import grouped
from reporting.definitions import Question
from reporting.services import Row
from reporting.steps import between

HEIGHT = 220
MOST_BARS = 20  # lying ones; the table has the others
MOST_MARKS = 4
NEAR = 8  # percent of the width: a name below a bar at the edge needs so much


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; `tone` says which of the values it is of."""

    x: str
    width: str
    y: str
    height: str
    tone: int
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A number or a name along an axis."""

    place: str
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Line:
    """A lying bar with its name before and its value behind it."""

    label: str
    width: str
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, upright with `bars` or lying with `lines`; `rest` rows found no room in it."""

    title: str
    legend: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    ticks: tuple[Mark, ...] = ()
    names: tuple[Mark, ...] = ()
    lines: tuple[Line, ...] = ()
    rest: int = 0
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Point:
    """What one row has to say: its name, its values, and over time how many steps it is from the first one."""

    name: str
    values: list[int]
    place: int

    @property
    def sum(self) -> int:
        return sum(self.values)


def draw(question: Question, rows: Sequence[Row]) -> Drawing | None:
    """The chart of these rows; None where the report has none, or there is nothing to see."""
    report, chart = question.report, question.report.chart
    if chart is None:
        return None
    place = {column.name: number for number, column in enumerate(report.columns)}
    columns = [report.columns[place[name]] for name in chart.values]
    names = [" ".join(_word(row[place[name]]) for name in chart.labels) for row in rows]
    # A bar has no way to be less than nothing; the table tells such a value.
    values = [[max(row[place[name]] or 0, 0) for name in chart.values] for row in rows]
    starts = [row[place["starts_on"]] for row in rows] if "starts_on" in place else []
    places = [between(question.by, starts[0], day) for day in starts] if starts else range(len(rows))
    points = [Point(*each) for each in zip(names, values, places, strict=True)]
    if not any(point.sum for point in points):
        return None
    return _upright(columns, points) if chart.over_time else _lying(columns[0], [p for p in points if p.sum])


def _word(value: Any) -> str:
    return for_people(value, Kind.MOMENT if isinstance(value, datetime) else Kind.TEXT)


def _upright(columns: list[Column], points: list[Point]) -> Drawing:
    """Bars in their places: a step without anything leaves a gap."""
    most = max(point.sum for point in points)
    step = _step(most)
    top = -(-most // step) * step
    slot = 100 / (points[-1].place + 1)
    bars = tuple(bar for point in points for bar in _stacked(point, columns, slot, HEIGHT / top))
    levels = range(step, top + 1, step)
    ticks = tuple(Mark(f"{HEIGHT * (1 - level / top):.1f}", _short(level, columns[0])) for level in levels)
    legend = tuple(column.label for column in columns) if len(columns) > 1 else ()
    return Drawing(_title(columns), legend, bars, ticks, tuple(_marks(points, slot)))


def _stacked(point: Point, columns: list[Column], slot: float, scale: float) -> Iterator[Bar]:
    below = 0
    for tone, (column, value) in enumerate(zip(columns, point.values, strict=True)):
        below += value
        what = f" {column.label}" if len(columns) > 1 else ""
        yield Bar(
            x=_percent(slot * (point.place + 0.1)),
            width=_percent(slot * 0.8),
            y=f"{HEIGHT - below * scale:.1f}",
            height=f"{value * scale:.1f}",
            tone=tone,
            title=f"{point.name}: {_with_currency(value, column)}{what}",
        )


def _step(most: int) -> int:
    """The distance of lines that are easily read: 1, 2 or 5 with noughts, at most five of them."""
    noughts: int = 10 ** (len(str(most)) - 1)
    return next(step for step in (noughts // 5, noughts // 2, noughts, noughts * 2) if most <= 5 * step)


def _marks(points: list[Point], slot: float) -> Iterator[Mark]:
    """The names of the first and the last, and of some that lie evenly between; each below its bar."""
    first, last = points[0], points[-1]
    wanted = [last.place * part / (MOST_MARKS - 1) for part in range(MOST_MARKS)]
    named = {point.place: point for point in (min(points, key=lambda p: abs(p.place - place)) for place in wanted)}
    for point in named.values():
        where = slot * (point.place + 0.5)
        if slot > NEAR or point not in (first, last):
            yield Mark(_percent(where), point.name, "middle")
        elif point is first:
            yield Mark("0%", point.name)
        else:
            yield Mark("100%", point.name, "end")


def _lying(column: Column, points: list[Point]) -> Drawing:
    drawn = points[:MOST_BARS]
    most = max(point.sum for point in drawn)
    lines = tuple(
        Line(point.name, _percent(100 * point.sum / most), _with_currency(point.sum, column)) for point in drawn
    )
    return Drawing(_title([column]), lines=lines, rest=max(0, len(points) - MOST_BARS))


def _title(columns: list[Column]) -> str:
    words = " and ".join(column.label for column in columns)
    return f"{words}, {settings.OMS_CURRENCY}" if columns[0].kind == Kind.CENTS else words


def _with_currency(value: int, column: Column) -> str:
    text = for_people(value, column.kind)
    return f"{text} {settings.OMS_CURRENCY}" if column.kind == Kind.CENTS else text


def _short(level: int, column: Column) -> str:
    return grouped(level).removesuffix(".00") if column.kind == Kind.CENTS else f"{level:,}"


def _percent(number: float) -> str:
    return f"{number:.3f}%"
