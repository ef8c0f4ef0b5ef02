"""The front page: today beside last week, what waits to be done, and each number leads to exactly what it counts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orders import services
from orders.models import Order
from orders.tests.factories import ACTOR, HoldFactory, OrderFactory
from products.tests.factories import ProductFactory
from reporting.tests.books import set_created_at

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])
FRONT = reverse("admin:index")


def shown(browser: Client) -> Any:
    response = browser.get(FRONT)
    assert response.status_code == 200
    return response.context


def test_today_stands_beside_the_same_weekday_last_week(staff: Callable[[str], Client]) -> None:
    week_ago, cancelled = OrderFactory(), OrderFactory()
    set_created_at(week_ago.pk, timezone.now() - timedelta(days=7))
    services.cancel_order(cancelled.pk, actor=ACTOR, reason="test")
    OrderFactory()

    figures = {figure.label: (figure.now, figure.before) for figure in shown(staff("viewer"))["figures"]}

    assert figures == {
        "Revenue": ("25.00 EUR", "25.00 EUR"), "Orders": ("2", "1"), "Units": ("2", "2"), "Cancelled": ("1", "0")
    }  # fmt: skip


def test_each_number_is_what_its_list_shows(staff: Callable[[str], Client]) -> None:
    for status in Order.Status:
        OrderFactory(status=status)
    HoldFactory()
    late = OrderFactory()
    set_created_at(late.pk, datetime(2026, 1, 1, tzinfo=UTC))
    browser = staff("manager")

    groups = shown(browser)["groups"]

    counts = {(group.title, count.label): count for group in groups for count in group.counts}
    assert counts["Status", "Pending"].number == "3"
    assert counts["To do", "Late"].number == counts["To do", "On hold"].number == "1"
    for count in counts.values():
        listed = browser.get(count.href).context["cl"]
        assert (
            dict(parse_qsl(urlsplit(count.href).query)).items()
            <= {k: v[-1] for k, v in listed.filter_params.items()}.items()
        )
        assert str(listed.result_count) == count.number, count


def test_what_waits_longest_and_what_runs_low_is_named(staff: Callable[[str], Client]) -> None:
    older, old = OrderFactory(), OrderFactory()
    OrderFactory()
    for order, days in ((older, 9), (old, 5)):
        set_created_at(order.pk, timezone.now() - timedelta(days=days))
    low = ProductFactory(stock_quantity=1, reorder_level=5)

    context = shown(staff("warehouse"))

    assert list(context["late"]) == [older, old]
    assert (list(context["low_stock"]), context["low_stock_count"]) == ([low], "1")


def test_each_part_is_for_those_who_may_see_it(staff: Callable[[str], Client]) -> None:
    OrderFactory()

    assert "figures" not in shown(staff("warehouse")) and "groups" in shown(staff("warehouse"))
    nothing = shown(staff("none"))
    assert "figures" not in nothing and "groups" not in nothing and "low_stock" not in nothing


def test_the_page_asks_as_much_for_many_orders_as_for_few_and_counts_no_table(staff: Callable[[str], Client]) -> None:
    browser = staff("manager")
    OrderFactory()

    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            shown(browser)
        return [query["sql"] for query in queries.captured_queries]

    few = statements()
    for _ in range(4):
        OrderFactory()
    many = statements()

    assert len(few) == len(many)
    assert all("LIMIT" in sql for sql in many if "COUNT(" in sql)
