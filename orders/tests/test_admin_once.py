"""However often a page is sent, at whatever moment, its act is done once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from common.tests.racing import race
from customers.tests.factories import CustomerFactory
from orders import services
from orders.models import Order
from orders.tests.factories import ACTOR, OrderFactory, PaymentFactory, order_in
from orders.tests.forms import errors, now, sent, url
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(staff: Callable[[str], Client]) -> Client:
    return staff("chief")


def test_a_double_click_on_ship_ships_once(chief: Client) -> None:
    """Users of others of its kind: a double click shipped twice."""
    order = OrderFactory(status="CONFIRMED")
    form = sent(order)

    first, second = chief.post(url("ship", order), form), chief.post(url("ship", order), form)
    late = chief.post(url("ship", order), sent(now(order)))

    assert first["Location"] == second["Location"] == url("change", order)
    assert "cannot be shipped" in errors(late)
    (parcel,) = now(order).parcels
    assert [content["quantity"] for content in parcel.contents] == [2]


def test_a_double_click_on_an_act_upon_one_of_its_records_does_it_once(chief: Client) -> None:
    """What was chosen is no longer offered then, and is replayed all the same."""
    order = order_in("prepared")
    PaymentFactory(order_id=order.pk)
    order = services.prepare_shipment(order.pk, actor=ACTOR)
    left, given_up = (parcel.pk for parcel in order.parcels)
    chosen: dict[str, dict[str, Any]] = {
        "dispatch_shipment": {"shipment_id": left},
        "deliver_shipment": {"shipment_id": left},
        "void_shipment": {"shipment_id": given_up},
        "void_payment": {"payment_id": order.payments.get().pk, "reason": "a mistake"},
    }

    for number, (act, fields) in enumerate(chosen.items(), start=1):
        form = sent(now(order), **fields)
        assert [chief.post(url(act, order), form).status_code for _ in range(2)] == [302, 302]
        assert now(order).version == order.version + number

    buttons = chief.get(url("change", order)).context["buttons"]
    assert {button.act.name for button in buttons if button.blockers} >= chosen.keys()


def test_a_double_click_does_it_once_and_shows_the_first_outcome(chief: Client) -> None:
    customer = CustomerFactory()
    ProductFactory(sku="TEA")
    form = sent(customer_id=customer.pk, items_sku="TEA", items_quantity="1")

    first, second = chief.post(url("add"), form), chief.post(url("add"), form)

    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_place_one_order(staff: Callable[[str], Client]) -> None:
    customer, browser = CustomerFactory(), staff("chief")
    ProductFactory(sku="TEA")
    form = sent(customer_id=customer.pk, items_sku="TEA", items_quantity="1")
    cookies = browser.cookies

    def click() -> Any:
        twin = Client()
        twin.cookies = cookies
        return twin.post(url("add"), form)

    first, second = race(click, click)

    assert first["Location"] == second["Location"] == url("change", Order.objects.get())


def test_a_page_sent_again_with_other_input_asks_to_look_first(chief: Client) -> None:
    order = OrderFactory()
    form = sent(order, text="one")
    chief.post(url("note", order), form)

    response = chief.post(url("note", order), {**form, "text": "two"})

    assert "sent before with other input" in errors(response)
    assert response.context["form"]["idempotency_key"].value() != form["idempotency_key"]
    assert now(order).version == order.version + 1
