"""The list of orders in the back-office: the day's work in tabs, and finding one order among many."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common import counting
from common.admin.narrowing import narrowings_of
from customers.tests.factories import CustomerFactory
from orders import services
from orders.models import Hold, Order
from orders.tests.factories import ACTOR, OrderFactory, order_in

pytestmark = pytest.mark.django_db
LIST = "admin:orders_order_changelist"


@pytest.fixture
def chief(staff: Callable[[str], Client]) -> Client:
    return staff("chief")


def listed(chief: Client, query: str) -> list[int]:
    response = chief.get(f"{reverse(LIST)}?{query}")
    assert response.status_code == 200, response
    return [order.pk for order in response.context["cl"].result_list]


def counts(response: Any) -> dict[str, str]:
    return {tab["label"]: tab["count"] for tab in response.context["tabs"]}


def aged(order: Order, age: timedelta) -> None:
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - age)


def test_each_tab_holds_its_part_of_the_days_work_and_says_how_much(chief: Client) -> None:
    pending, confirmed, delivered = (OrderFactory(status=status) for status in ("PENDING", "CONFIRMED", "DELIVERED"))
    held, late = OrderFactory(), OrderFactory()
    services.place_hold(held.pk, actor=ACTOR, kind=Hold.Kind.PAYMENT, reason="unpaid")
    aged(late, timedelta(hours=49))
    returned = order_in("returned")

    assert counts(chief.get(reverse(LIST))) == {
        "All": "", "To confirm": "2", "To ship": "1", "Returns to receive": "1", "Late": "1", "On hold": "1"
    }  # fmt: skip
    assert set(listed(chief, "tab=to_confirm")) == {pending.pk, late.pk}
    assert listed(chief, "tab=to_ship") == [confirmed.pk]
    assert listed(chief, "tab=returns_to_receive") == [returned.pk]
    assert listed(chief, "tab=late") == [late.pk]
    assert listed(chief, "tab=on_hold") == [held.pk]
    assert set(listed(chief, "")) == {pending.pk, confirmed.pk, delivered.pk, held.pk, late.pk, returned.pk}


def test_the_late_ones_are_looked_for_among_the_open_ones_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX orders_created_at, orders_status_created_at")  # undone with the test
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")

    assert "orders_open" in Order.objects.late().order_by("created_at", "pk").explain()


def test_a_tab_counts_no_further_than_anybody_needs(chief: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_COUNTED", 1)
    OrderFactory(), OrderFactory()

    assert counts(chief.get(reverse(LIST)))["To confirm"] == "1+"


def test_changing_the_tab_keeps_the_rest_of_the_address(chief: Client) -> None:
    response = chief.get(f"{reverse(LIST)}?sku=TEA&p=1&tab=late")

    addresses = {tab["label"]: tab["address"] for tab in response.context["tabs"]}
    assert addresses["All"] == "?sku=TEA"
    assert addresses["To ship"] == "?sku=TEA&tab=to_ship"


def test_details_narrow_the_list_by_day_total_product_and_customer(chief: Client) -> None:
    early, late = OrderFactory(), OrderFactory(customer_id=CustomerFactory(email="ada@example.com").pk)
    Order.objects.filter(pk=early.pk).update(created_at=datetime(2026, 3, 1, 23, 59, tzinfo=UTC), total_cents=999)
    Order.objects.filter(pk=late.pk).update(created_at=datetime(2026, 3, 2, 0, 0, tzinfo=UTC), total_cents=1_000)

    assert listed(chief, "placed_to=2026-03-01") == [early.pk]
    assert listed(chief, "placed_from=2026-03-02") == [late.pk]
    assert listed(chief, "total_from=10.00") == [late.pk]
    assert listed(chief, "total_to=9.99") == [early.pk]
    assert listed(chief, f"sku={late.lines[0].sku}") == [late.pk]
    assert listed(chief, "email=ADA@example.com") == [late.pk]
    assert listed(chief, "email=ada@example.com&placed_to=2026-03-01") == []


@pytest.mark.parametrize("query", ["placed_from=yesterday", "total_from=much", "total_to=1e400", "sku=%00"])
def test_what_cannot_be_read_finds_nothing_and_says_so_at_its_field(query: str, chief: Client) -> None:
    OrderFactory()

    response = chief.get(f"{reverse(LIST)}?{query}")

    if response.status_code == 200:
        assert list(response.context["cl"].result_list) == []
        assert b"errorlist" in response.content
    else:
        assert response.status_code == 400


@pytest.mark.parametrize("typed", ["SO-{:08d}", "so-{}", " SO-{:08d} "])
def test_a_whole_number_opens_its_order_at_once(typed: str, chief: Client) -> None:
    order = OrderFactory()

    response = chief.get(reverse(LIST), {"q": typed.format(order.pk)})

    assert response["Location"] == reverse("admin:orders_order_change", args=[order.pk])


def test_one_search_box_finds_by_everything_that_a_caller_may_say(chief: Client) -> None:
    OrderFactory()
    wanted = OrderFactory(
        customer_id=CustomerFactory(email="grace@example.com", last_name="Hopper", phone="+1 555 0100").pk
    )
    Order.objects.filter(pk=wanted.pk).update(external_ref="web-7")

    for said in ("grace@example.com", "Hopper", "+1 555 0100", "web-7", wanted.lines[0].sku):
        assert listed(chief, f"q={said.replace('+', '%2B')}") == [wanted.pk], said


def test_the_list_takes_as_many_statements_for_many_orders_as_for_one_and_counts_no_table(chief: Client) -> None:
    OrderFactory()
    few = statements(chief)
    for _ in range(5):
        OrderFactory()

    many = statements(chief)

    assert len(few) == len(many) == 10  # session, user, five tabs, a count that ends at the cap, the page, its lines
    assert all("LIMIT" in sql for sql in many if "COUNT(" in sql)


def statements(browser: Client) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(reverse(LIST)).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def test_from_an_order_one_goes_on_to_the_next_of_the_list_it_was_found_in(chief: Client) -> None:
    first, _, second, third = (OrderFactory(status=status) for status in ("PENDING", "CONFIRMED", *["PENDING"] * 2))
    listed = chief.get(f"{reverse(LIST)}?tab=to_confirm").content.decode()
    address = f"{reverse('admin:orders_order_change', args=[second.pk])}?_changelist_filters=tab%3Dto_confirm"
    assert address in listed

    around = chief.get(address).context["neighbours"]

    assert [str(third.pk) in around.before, str(first.pk) in around.after] == [True, True]
    assert chief.get(around.after).context["neighbours"].after == ""
    assert around.list_ == f"{reverse(LIST)}?tab=to_confirm"


def test_what_was_done_leads_on_to_what_is_left_to_do_in_the_list(chief: Client) -> None:
    first, second = OrderFactory(), OrderFactory()
    address = f"{reverse('admin:orders_order_change', args=[second.pk])}?_changelist_filters=tab%3Dto_confirm"
    (confirm,) = (each for each in chief.get(address).context["buttons"] if each.act.name == "confirm")

    done = chief.post(confirm.url, {"version": second.version, "idempotency_key": str(uuid.uuid4())})

    assert done["Location"] == address
    around = chief.get(address).context["neighbours"]
    assert around.before == "" and str(first.pk) in around.after


@pytest.mark.parametrize("filters", ["nonsense__x=1", "p=x", "%00", "e=1&q=%00", "placed_from=x"])
def test_an_address_that_is_no_list_leads_nowhere(filters: str, chief: Client) -> None:
    order = OrderFactory()

    page = chief.get(reverse("admin:orders_order_change", args=[order.pk]), {"_changelist_filters": filters})

    assert page.status_code == 200


def test_the_page_of_an_order_says_what_its_customer_bought(chief: Client) -> None:
    customer = CustomerFactory()
    kept, cancelled = OrderFactory(customer_id=customer.pk), OrderFactory(customer_id=customer.pk)
    services.cancel_order(cancelled.pk, actor=ACTOR, reason="test")

    context = chief.get(reverse("admin:orders_order_change", args=[kept.pk])).context

    assert (context["customer_orders"], context["customer_value"]) == ("2", "25.00 EUR")


def test_a_row_says_everything_that_is_unusual_and_is_safe_whatever_stands_in_it(chief: Client) -> None:
    customer = CustomerFactory(first_name="<b>Ada", last_name="")
    order = OrderFactory(customer_id=customer.pk)
    services.place_hold(order.pk, actor=ACTOR, kind=Hold.Kind.PAYMENT, reason="unpaid")

    page = chief.get(reverse(LIST), {"tab": "on_hold"}).content.decode()

    row = page[page.index("<tbody>") : page.index("</tbody>")]
    assert f'href="{reverse("admin:orders_order_change", args=[order.pk])}?_changelist_filters=tab%3Don_hold"' in row
    assert "&lt;b&gt;Ada" in row and "<b>Ada" not in row
    for chip in ("PENDING", "ON HOLD", "unpaid"):
        assert f">{chip}</span>" in row


def test_a_row_is_a_kilobyte_or_so_of_the_page(chief: Client) -> None:
    first = OrderFactory()
    with_one = len(chief.get(reverse(LIST)).content)
    for _ in range(5):
        OrderFactory(customer_id=first.customer_id)

    assert len(chief.get(reverse(LIST)).content) - with_one < 5 * 1_500


def test_what_narrows_the_list_stands_above_it_each_with_a_way_out(chief: Client) -> None:
    customer = CustomerFactory(first_name="Ada", last_name="Adler")
    asked = f"tab=late&q=ada&status__exact=PENDING&total_from=10&customer__id__exact={customer.pk}"

    said = narrowings_of(chief.get(f"{reverse(LIST)}?{asked}").context["cl"])

    assert {each.words: "status" in each.without for each in said} == {
        "status: Pending": False,
        "Total from 10": True,
        "customer: Ada Adler": True,
    }
