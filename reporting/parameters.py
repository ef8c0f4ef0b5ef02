"""Reading what is asked of a report, the same at every door: text in, a Question or one clear refusal out."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from common.api.fields import INSTANT, MOST_TEXT, has_controls
from common.errors import InvalidInput
from common.zones import is_zone
from reporting.definitions import LABELS, Form, Parameter, Question, Report
from reporting.steps import first_day_of

WORDS = "today, yesterday, 7d (days ago), this-week, last-month (their first day; also quarter and year)"
DAY = f"a day as 2011-01-31, or {WORDS}"
MOMENT = "a moment with its zone as 2011-01-31T12:00:00Z, or a day: the moment at which it begins"
FROM = Parameter("from", Form.DAY, f"the first day that counts: {DAY}")
TO = Parameter("to", Form.DAY, "the first day that no longer counts, said in the same ways")
ZONE = Parameter(
    "tz", Form.ZONE, "the time zone whose days are meant (IANA, as Europe/Berlin); that of the business by default"
)
LIMIT = Parameter("limit", Form.NUMBER, "at most so many rows")
BY = Parameter("by", Form.STEPS, "the steps in which time is told; weeks are ISO weeks", tuple(LABELS))
AT = Parameter("at", Form.MOMENT, f"the moment that is asked about, now by default: {MOMENT}")
PRODUCT = Parameter("product", Form.SKU, "the SKU of the product", required=True)

RANGE = (FROM, TO, ZONE, LIMIT)
PARAMETERS = (PRODUCT, AT, *RANGE, BY)
DAYS_AGO = re.compile(r"([0-9]{1,6})d")
PERIOD = re.compile(r"(this|last)-(week|month|quarter|year)")
WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


def read(report: Report, given: Mapping[str, str]) -> Question:
    """Decide everything that a report needs to know. Raises InvalidInput at the parameter that is wrong."""
    for name in given:
        if not report.takes(name):
            raise _refusal(name, f"the report {report.name} has no such parameter")
    for parameter in report.parameters:
        if parameter.required and parameter.name not in given:
            raise _refusal(parameter.name, f"is needed: {parameter.meaning}")
    zone = _zone(given.get("tz", settings.OMS_TIME_ZONE))
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    first, end = (_day(name, given[name], today) if name in given else None for name in ("from", "to"))
    if first and end and end < first:
        raise _refusal("to", f"{end} is before {first}")
    return Question(
        report,
        zone,
        today,
        first,
        end,
        by=_by(given.get("by", report.steps)),
        at=_moment(given["at"], zone, today) if "at" in given else None,
        product=_sku(given["product"]) if "product" in given else None,
        limit=_limit(given.get("limit")),
    )


def _zone(text: str) -> str:
    # Asked of Python, because PostgreSQL would take "FOO+3" for a zone, too.
    if not is_zone(text):
        raise _refusal("tz", f"there is no time zone {text!r}")
    return text


def _day(name: str, text: str, today: date, form: str = DAY) -> date:
    try:
        return _named_day(text, today) or _date(text)
    except (ValueError, OverflowError):
        raise _refusal(name, f"{text!r} is not {form}") from None


def _named_day(text: str, today: date) -> date | None:
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    if ago := DAYS_AGO.fullmatch(text):
        return today - timedelta(days=int(ago[1]))
    if period := PERIOD.fullmatch(text):
        this = first_day_of(period[2], today)
        return this if period[1] == "this" else first_day_of(period[2], this - timedelta(days=1))
    return None


def _date(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:  # Python also takes 20110131 and 2011-W05-1
        raise ValueError(text)
    return day


def _moment(text: str, zone: str, today: date) -> datetime:
    try:
        if INSTANT.fullmatch(text.upper()):
            moment = datetime.fromisoformat(text.upper()[:11] + text.upper()[11:].replace(" ", "+"))
        else:
            moment = datetime.combine(_day("at", text, today, MOMENT), time.min, ZoneInfo(zone))
        moment = moment.astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        raise _refusal("at", f"{text!r} is not {MOMENT}") from None
    if moment > timezone.now():
        raise _refusal("at", f"what will be at {text} is not known")
    return moment


def _by(text: str) -> str:
    if text not in LABELS:
        raise _refusal("by", f"{text!r} is none of {', '.join(LABELS)}")
    return text


def _sku(text: str) -> str:
    if not text.strip() or len(text) > MOST_TEXT or has_controls(text):
        raise _refusal("product", f"{text!r} is not a SKU")
    return text.strip()


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not WHOLE_NUMBER.fullmatch(text):
        raise _refusal("limit", f"{text!r} is not a number of rows")
    return int(text)


def _refusal(name: str, detail: str) -> InvalidInput:
    return InvalidInput.at(f"/{name}", "invalid", detail)
