"""The front page of the back-office: what today is like, and what waits to be done.

Revenue comes from the rollups, numbers of orders from indexes and are counted no further than a thousand: the page
costs the same whatever the number of orders.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from common import money
from common.counting import capped_count
from orders.models import WORK, Order, PaymentState
from products.models import Product
from reporting.admin.charts import Drawing, draw
from reporting.parameters import read
from reporting.reports.sales import SALES
from reporting.services import answer

TREND = "30d"
MOST_LISTED = 5


class Figure(NamedTuple):
    """A number of today beside that of the same weekday last week."""

    label: str
    now: str
    before: str


class Count(NamedTuple):
    """How many there are, and the list that shows exactly these."""

    label: str
    number: str
    href: str


class Group(NamedTuple):
    title: str
    counts: list[Count]


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the theme shows on the front page, each part for those who may see it."""
    shown: dict[str, Any] = {"title": "Today"}
    if request.user.has_perm(SALES.permission):
        shown |= sales_of_today()
    if request.user.has_perm("orders.view_order"):
        late = Order.objects.late().select_related("customer").order_by("created_at", "pk")
        shown |= {"groups": list(groups()), "late": late[:MOST_LISTED]}
    if request.user.has_perm("products.view_product"):
        low = Product.objects.low_on_stock()
        least = low.order_by("stock_quantity", "pk")[:MOST_LISTED]
        shown |= {"low_stock": least, "low_stock_count": capped_count(low)}
    return {**context, **shown}


def sales_of_today() -> dict[str, Any]:
    """Today and the same weekday last week, and the days between and before them as a chart."""
    question = read(SALES, {"from": TREND})
    with answer(question) as found:
        rows = list(found.rows)
    names = [column.name for column in SALES.columns]
    by_day = {row[names.index("starts_on")]: dict(zip(names, row, strict=True)) for row in rows}
    today = question.today
    figures = list(compared(by_day.get(today, {}), by_day.get(today - timedelta(days=7), {})))
    drawing: Drawing | None = draw(question, rows) if rows else None
    return {"figures": figures, "drawing": drawing, "weekday": f"{today:%A}", "sales": sales_page()}


def compared(now: dict[str, Any], before: dict[str, Any]) -> Iterator[Figure]:
    yield Figure("Revenue", money.shown(now.get("net_cents", 0)), money.shown(before.get("net_cents", 0)))
    for label, name in (("Orders", "orders"), ("Units", "net_units"), ("Cancelled", "cancelled_orders")):
        yield Figure(label, f"{now.get(name, 0):,}", f"{before.get(name, 0):,}")


def sales_page() -> str:
    return f"{reverse('admin:reporting_report_sales')}?{urlencode({'from': TREND})}"


def groups() -> Iterator[Group]:
    """The day's work, then the open orders by status, and those that were not cancelled by what is owed and shipped."""
    yield Group("To do", [Count(work.label, work.count(), listed(tab=work.name)) for work in WORK])
    yield Group("Status", [_count(status.label, status__exact=status) for status in Order.Status])
    yield Group("Payment", [_count(state.label.capitalize(), payment_state__exact=state) for state in PaymentState])
    yield Group(
        "Shipped", [_count(state.label.capitalize(), fulfilment_state__exact=state) for state in Order.Fulfilment]
    )


def _count(label: str, **condition: str) -> Count:
    return Count(label, capped_count(Order.objects.filter(**condition)), listed(**condition))


def listed(**condition: str) -> str:
    return f"{reverse('admin:orders_order_changelist')}?{urlencode(condition)}"
