"""What stands behind a figure: the orders it counts, or the product it is about, as addresses of the back-office."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from reporting.definitions import Question
from reporting.reports.statuses import AGES
from reporting.steps import first_day_after

Named = Mapping[str, Any]
# Which column of a report leads somewhere, and where for a row.
Link = tuple[str, Callable[[Question, Named], str]]


def _orders(question: Question, *, first: date | None, end: date | None, **filters: object) -> str:
    """The list of the orders of these days, those of the question's range only."""
    first = max(filter(None, (first, question.first)), default=None)
    end = min(filter(None, (end, question.end)), default=None)
    asked = _bounds(first, end, question.zone)
    return f"{reverse('admin:orders_order_changelist')}?{urlencode({**filters, **asked})}"


def _bounds(first: date | None, end: date | None, zone: str) -> dict[str, object]:
    """The days as the list has them in its form, which knows those of the business; else the moments they begin."""
    if zone == settings.OMS_TIME_ZONE:
        days = {"placed_from": first, "placed_to": end and end - timedelta(days=1)}
        return {name: day for name, day in days.items() if day is not None}
    bounds = {"created_at__gte": first, "created_at__lt": end}
    return {name: _beginning(day, zone) for name, day in bounds.items() if day is not None}


def _beginning(day: date, zone: str) -> str:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(ZoneInfo("UTC")).isoformat(sep=" ")


def _of_step(question: Question, row: Named) -> str:
    starts_on: date = row["starts_on"]
    return _orders(question, first=starts_on, end=first_day_after(question.by, starts_on))


def _of_customer(question: Question, row: Named) -> str:
    return _orders(question, first=None, end=None, customer__id__exact=row["customer_id"])


def _of_product(question: Question, row: Named) -> str:
    return _orders(question, first=None, end=None, sku=row["sku"])


def _of_status(question: Question, row: Named) -> str:
    return _orders(question, first=None, end=None, status__exact=row["status"])


def _of_age(question: Question, row: Named) -> str:
    least = next(days for days, label in AGES.items() if label == row["age"])
    beyond = min((days for days in AGES if days > least), default=None)
    end = question.today - timedelta(days=least - 1) if least else None
    first = None if beyond is None else question.today - timedelta(days=beyond - 1)
    return _orders(question, first=first, end=end, status__exact=row["status"])


def _product(question: Question, row: Named) -> str:
    return reverse("admin:products_product_change", args=[row["product_id"]])


def _order(question: Question, row: Named) -> str:
    return reverse("admin:orders_order_change", args=[int(row["order_number"].removeprefix("SO-"))])


LINKS: Mapping[str, Link] = {
    "sales": ("orders", _of_step),
    "new-customers": ("orders", _of_step),
    "customers": ("orders", _of_customer),
    "products": ("orders", _of_product),
    "orders-by-status": ("orders", _of_status),
    "orders-by-age": ("orders", _of_age),
    "never-sold": ("sku", _product),
    "stock": ("sku", _product),
    "low-stock": ("sku", _product),
    "stock-as-of": ("sku", _product),
    "ledger": ("order_number", _order),
    "open-balances": ("order_number", _order),
}
