"""Days in words, the same at every door: what each means, on which day and in which zone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidInput
from reporting.definitions import Question
from reporting.parameters import read
from reporting.reports import REPORTS
from reporting.steps import LONGEST, between, first_day_after, first_day_of

# 31 January 2024 at 20:00 in UTC is February in Kathmandu; it is a Wednesday.
NOW = datetime(2024, 1, 31, 20, tzinfo=UTC)
WORDS = {
    "today": (date(2024, 1, 31), date(2024, 2, 1)),
    "yesterday": (date(2024, 1, 30), date(2024, 1, 31)),
    "0d": (date(2024, 1, 31), date(2024, 2, 1)),
    "7d": (date(2024, 1, 24), date(2024, 1, 25)),
    "this-week": (date(2024, 1, 29), date(2024, 1, 29)),
    "last-week": (date(2024, 1, 22), date(2024, 1, 22)),
    "this-month": (date(2024, 1, 1), date(2024, 2, 1)),
    "last-month": (date(2023, 12, 1), date(2024, 1, 1)),
    "this-quarter": (date(2024, 1, 1), date(2024, 1, 1)),
    "last-quarter": (date(2023, 10, 1), date(2023, 10, 1)),
    "this-year": (date(2024, 1, 1), date(2024, 1, 1)),
    "last-year": (date(2023, 1, 1), date(2023, 1, 1)),
}


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.parameters.timezone.now", lambda: NOW)


def asked(name: str = "sales", **given: str) -> Question:
    return read(REPORTS[name], given)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_the_first_day_of_what_it_names(word: str) -> None:
    for zone, day in zip(("UTC", "Asia/Kathmandu"), WORDS[word], strict=True):
        assert asked(**{"from": word, "tz": zone}).first == day
        assert asked(to=word, tz=zone).end == day


@pytest.mark.parametrize(
    "word", ["Today", "tomorrow", "this-day", "last-weeks", "7D", "-7d", "7 d", "1234567d", "٣d", ""]
)
def test_other_words_mean_nothing(word: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        asked(**{"from": word})

    assert refused.value.errors[0].pointer == "/from"


def test_ranges_that_follow_one_another_leave_no_gap() -> None:
    for step in ("week", "month", "quarter", "year"):
        last, this = (asked(**{"from": f"{which}-{step}"}).first for which in ("last", "this"))
        assert last is not None and this == first_day_of(step, last + timedelta(days=LONGEST.get(step, 366)))


MOMENTS = {
    "2024-01-31T12:00:00Z": datetime(2024, 1, 31, 12, tzinfo=UTC),
    "2024-01-31t12:00:00z": datetime(2024, 1, 31, 12, tzinfo=UTC),
    "2024-01-31T12:00:00.123456+05:45": datetime(2024, 1, 31, 6, 15, 0, 123456, tzinfo=UTC),
    "2024-01-31T12:00:00 05:45": datetime(2024, 1, 31, 6, 15, tzinfo=UTC),  # a plus that an address did not escape
    "2024-01-30": datetime(2024, 1, 29, 23, tzinfo=UTC),
    "yesterday": datetime(2024, 1, 29, 23, tzinfo=UTC),
    "this-month": datetime(2023, 12, 31, 23, tzinfo=UTC),
}


@pytest.mark.parametrize("text", MOMENTS)
def test_a_moment_has_its_zone_or_is_the_beginning_of_a_day(text: str) -> None:
    assert asked("stock-as-of", at=text, tz="Europe/Berlin").at == MOMENTS[text]


@pytest.mark.parametrize(
    "text",
    ["2024-01-31T12:00:00", "12:00", "now", "2024-02-30T12:00:00Z", "0001-01-01T00:00:00Z", "2024-02-01", "9" * 40],
)
def test_a_moment_without_a_zone_or_to_come_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        asked("stock-as-of", at=text, tz="America/New_York")

    assert refused.value.errors[0].pointer == "/at"


days = st.dates(date(1, 2, 1), date(9998, 1, 1))


@given(st.sampled_from(sorted(LONGEST)), days, st.integers(0, 1_000))
def test_every_day_lies_in_one_step_and_steps_follow_one_another(step: str, day: date, further: int) -> None:
    begins = first_day_of(step, day)
    beyond = first_day_after(step, begins)

    assert begins <= day < beyond
    assert first_day_of(step, begins) == begins and first_day_of(step, beyond) == beyond
    assert between(step, begins, beyond) == 1
    later = first_day_of(step, min(day + timedelta(days=further), date(9998, 1, 1)))
    steps, walked = begins, 0
    while steps < later:
        steps, walked = first_day_after(step, steps), walked + 1
    assert between(step, begins, later) == walked
