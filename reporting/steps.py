"""Days, weeks, months, quarters and years: on which day one begins, and how many lie between."""

from datetime import date, timedelta

LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92}  # days


def first_day_of(step: str, day: date) -> date:
    """Of the day, week (its Monday), month, quarter or year that the day lies in."""
    match step:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case "year":
            return day.replace(month=1, day=1)
    return day


def first_day_after(step: str, starts_on: date) -> date:
    """The first day that no longer belongs to the step that begins on a day."""
    return first_day_of(step, starts_on + timedelta(days=LONGEST[step]))


def first_day_before(step: str, starts_on: date) -> date:
    """When the step before the one that begins on a day begins."""
    return first_day_of(step, starts_on - timedelta(days=1))


def between(step: str, first: date, later: date) -> int:
    """How many steps lie between two that begin on these days: 1 if they follow one another."""
    if step in ("day", "week"):
        return (later - first).days // LONGEST[step]
    months = (later.year - first.year) * 12 + later.month - first.month
    return months // 3 if step == "quarter" else months
