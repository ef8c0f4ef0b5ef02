"""Reading what is asked of a report, the same at every door: text in, a Question or one clear refusal out."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.utils import timezone

from common.errors import InvalidInput
from reporting.definitions import LABELS, Parameter, Question, Report

DAY = "a day as 2011-01-31, or today, yesterday, this-month, last-month (their first day), 7d (days ago)"
FROM = Parameter("from", f"the first day that counts: {DAY}")
TO = Parameter("to", "the first day that no longer counts, said in the same ways")
ZONE = Parameter("tz", "the time zone whose days are meant (IANA, as Europe/Berlin); that of the business by default")
LIMIT = Parameter("limit", "at most so many rows")
BY = Parameter("by", "the steps in which time is told; weeks are ISO weeks", tuple(LABELS))

RANGE = (FROM, TO, ZONE, LIMIT)
DAYS_AGO = re.compile(r"([0-9]{1,6})d")
WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


def read(report: Report, given: Mapping[str, str]) -> Question:
    """Decide everything that a report needs to know. Raises InvalidInput at the parameter that is wrong."""
    for name in given:
        if not report.takes(name):
            raise _refusal(name, f"the report {report.name} has no such parameter")
    zone = _zone(given.get("tz", settings.OMS_TIME_ZONE))
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    first, end = (_day(name, given[name], today) if name in given else None for name in ("from", "to"))
    if first and end and end < first:
        raise _refusal("to", f"{end} is before {first}")
    return Question(report, zone, first, end, _by(given.get("by", "day")), _limit(given.get("limit")))


def _zone(text: str) -> str:
    # Asked of the list, because PostgreSQL would take "FOO+3" for a zone, too.
    if text not in available_timezones():
        raise _refusal("tz", f"there is no time zone {text!r}")
    return text


def _day(name: str, text: str, today: date) -> date:
    try:
        ago = DAYS_AGO.fullmatch(text)
        if ago:
            return today - timedelta(days=int(ago[1]))
        return _named_day(text, today) or _date(text)
    except (ValueError, OverflowError):
        raise _refusal(name, f"{text!r} is not {DAY}") from None


def _named_day(text: str, today: date) -> date | None:
    yesterday, this_month = today - timedelta(days=1), today.replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    words = {"today": today, "yesterday": yesterday, "this-month": this_month, "last-month": last_month}
    return words.get(text)


def _date(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:  # Python also takes 20110131 and 2011-W05-1
        raise ValueError(text)
    return day


def _by(text: str) -> str:
    if text not in LABELS:
        raise _refusal("by", f"{text!r} is none of {', '.join(LABELS)}")
    return text


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not WHOLE_NUMBER.fullmatch(text):
        raise _refusal("limit", f"{text!r} is not a number of rows")
    return int(text)


def _refusal(name: str, detail: str) -> InvalidInput:
    return InvalidInput.at(name, "invalid", detail)
