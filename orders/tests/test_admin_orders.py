"""The list of orders and the page of one: what is found, shown and offered, and to whom."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from common.actors import Actor
from common.admin.records import CappedPaginator
from customers.tests.factories import CustomerFactory
from events.models import Event
from orders import services
from orders.models import Order
from orders.tests.factories import ACTOR, OrderFactory, move_to, order_in
from orders.tests.forms import url
from products.models import StockMovement
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(staff: Callable[[str], Client]) -> Client:
    return staff("chief")


@pytest.mark.parametrize(
    "query",
    "q=%00 q=SO-99999999999999999999 q=١ p=999999999 p=x status__exact=%00 external_ref__regex=( o=99.x "
    "created_at__year=99999999 created_at__gte=0001-01-01T00:00:00%2B14:00 status__exact=NONE created_at__lt= "
    "customer__email__startswith=a created_at__gte=x id__exact=99999999999999999999999 q=a%27b %00=1".split(),
)
def test_a_crafted_address_of_the_list_never_breaks_it(query: str, chief: Client) -> None:
    OrderFactory()

    assert chief.get(f"{url('changelist')}?{query}").status_code in (200, 302, 400)
    assert chief.get("/admin/autocomplete/?app_label=orders&model_name=order&field_name=customer&term=%00").json()


def test_an_order_is_found_by_number_email_reference_and_sku(chief: Client) -> None:
    customer = CustomerFactory(email="Ada@example.com")
    product = ProductFactory(sku="TEA")
    line = services.Line(quantity=1, product_id=product.pk)
    order = OrderFactory(customer_id=customer.pk, external_ref="web-7", lines=[line])
    OrderFactory()

    for term in (str(order.pk), "ada@EXAMPLE.com", "web-7", "TEA"):
        shown = chief.get(url("changelist"), {"q": term}).context["cl"].result_list
        assert [each.pk for each in shown] == [order.pk]


def test_digits_are_a_reference_before_they_are_a_number(chief: Client) -> None:
    first = OrderFactory()
    second = OrderFactory(external_ref=str(first.pk))

    for term, found in ((str(first.pk), second), (str(second.pk), second)):
        shown = chief.get(url("changelist"), {"q": term}).context["cl"].result_list
        assert [each.pk for each in shown] == [found.pk]


def test_a_list_longer_than_the_cap_says_that_it_ends_there(chief: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CappedPaginator, "most", 2)
    for _ in range(3):
        OrderFactory()

    page = chief.get(url("changelist")).content.decode()

    assert "the first 2 orders; narrow the filter to see others" in page


@pytest.mark.parametrize("customer", ["", "x", "%00", "9" * 40, "-1", "1.5", "0"])
def test_an_order_form_opened_for_nobody_in_particular_asks_for_the_customer(customer: str, chief: Client) -> None:
    assert chief.get(f"{url('add')}?customer={customer}").status_code == 200


def test_an_order_form_opened_from_a_customers_page_has_the_customer(chief: Client) -> None:
    customer = CustomerFactory(first_name="Grace", last_name="Hopper")
    link = f"{url('add')}?customer={customer.pk}"

    page = chief.get(reverse("admin:customers_customer_change", args=[customer.pk])).content.decode()

    assert link in page and "Grace Hopper</option>" in chief.get(link).content.decode()


def test_the_page_shows_only_buttons_one_may_press_and_says_why_others_are_blocked(
    staff: Callable[[str], Client],
) -> None:
    order = OrderFactory()

    def buttons(role: str) -> dict[str, bool]:
        page = staff(role).get(url("change", order))
        return {button.act.name: not button.blockers for button in page.context["buttons"]}

    assert buttons("viewer") == {}
    shipping = ("ship", "ship_part", "prepare_shipment", "dispatch_shipment", "deliver_shipment", "void_shipment")
    blocked = dict.fromkeys((*shipping, "deliver"), False)
    back = dict.fromkeys(("request_return", "cancel_return"), False)
    assert buttons("warehouse") == {**blocked, **back, "receive_return": False, "note": True, "place_hold": True}
    free = {"confirm", "edit_items", "change_addresses", "note", "place_hold", "duplicate", "cancel"}
    blocked = {**back, **dict.fromkeys(("exchange_return", "release_hold", "short_close"), False)}
    assert buttons("sales") == {**dict.fromkeys(free, True), **blocked}


def test_the_page_tells_the_whole_story(staff: Callable[[str], Client]) -> None:
    user = User.objects.create_user("grace")
    product = ProductFactory(sku="TEA")
    order = OrderFactory(lines=[services.Line(quantity=2, product_id=product.pk)], note="Ring twice")
    more = [services.Line(quantity=5, product_id=product.pk)]
    services.edit_items(order.pk, lines=more, actor=Actor(user.actor_name))

    page = staff("viewer").get(url("change", order)).content.decode()

    assert all(words in page for words in ("Placed", "Ring twice", "Items changed", "by grace", "62.50 EUR"))
    assert "TEA: <del>2</del> → <ins>5</ins>" in page


def test_the_timeline_tells_how_the_status_moved(staff: Callable[[str], Client]) -> None:
    order = OrderFactory(status="CONFIRMED")

    page = staff("viewer").get(url("change", order)).content.decode()

    assert "Status: <del>PENDING</del> → <ins>CONFIRMED</ins>" in page


def test_what_a_customer_wrote_is_shown_as_text(chief: Client) -> None:
    order = OrderFactory(note="<script>alert(1)</script>", external_ref="<b>x</b>")

    page = chief.get(url("change", order)).content.decode() + chief.get(url("changelist")).content.decode()

    assert "<script>alert" not in page and "<b>x</b>" not in page


def test_the_page_of_an_order_takes_the_same_few_statements_whatever_its_length(chief: Client) -> None:
    short = OrderFactory()
    lines = [services.Line(quantity=1, product_id=ProductFactory().pk) for _ in range(5)]
    long = move_to(OrderFactory(lines=lines), "DELIVERED")

    assert len(statements(chief, url("change", short))) == len(statements(chief, url("change", long))) == 10


def statements(browser: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def test_the_ledger_and_the_log_offer_nothing_to_edit(chief: Client) -> None:
    OrderFactory()

    for model in ("products/stockmovement", "events/event"):
        assert chief.get(f"/admin/{model}/").status_code == 200
        assert chief.get(f"/admin/{model}/add/").status_code == 404
        pk = StockMovement.objects.first().pk if "stock" in model else Event.objects.first().pk  # type: ignore[union-attr]
        assert chief.get(f"/admin/{model}/{pk}/change/").status_code == 404


def test_the_timeline_says_what_was_in_a_parcel_and_what_was_sent_in_exchange(chief: Client) -> None:
    order = order_in("returned")
    tracking = services.Tracking(carrier="DHL", tracking_number="0034")
    other = services.ship_order(OrderFactory(status="CONFIRMED").pk, actor=ACTOR, tracking=tracking)
    exchanged = services.exchange_return(order.pk, order.sent_back[0].pk, actor=ACTOR)

    line, parcel = other.lines[0], other.parcels[0].pk
    assert {"shipment": (None, f"{parcel}, {line.quantity} × {line.sku}, DHL 0034")} in story(chief, other)
    assert {"exchanged_for": (None, exchanged.number)} in story(chief, order)


def story(browser: Client, order: Order) -> list[Any]:
    return [entry.fields for entry in browser.get(url("change", order)).context["story"]]
