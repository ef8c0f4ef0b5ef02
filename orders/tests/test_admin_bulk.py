"""One act on many orders in the back-office: looked over first, each order by itself, safe to send again."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from orders import services
from orders.admin import bulk
from orders.models import Order
from orders.services import Line
from orders.tests.factories import ACTOR, OrderFactory
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:orders_order_changelist")


@pytest.fixture
def chief(staff: Callable[[str], Client]) -> Client:
    return staff("chief")


def choose(browser: Client, act: str, orders: Iterable[Order], query: str = "", **more: str) -> Any:
    return browser.post(LIST + query, {"action": act, "_selected_action": [order.pk for order in orders], **more})


def sent(orders: Iterable[Order], **fields: str) -> dict[str, str]:
    """The page as it would be sent: the orders with the versions that were seen."""
    seen = ",".join(f"{order.pk}:{order.version}" for order in orders)
    return {"idempotency_key": str(uuid.uuid4()), "orders": seen, **fields}


def do(browser: Client, act: str, form: dict[str, str]) -> Any:
    return browser.post(reverse("admin:orders_order_bulk", args=[act]), form)


def statuses(*orders: Order) -> list[str]:
    by_id = Order.objects.in_bulk([order.pk for order in orders])
    return [by_id[order.pk].status for order in orders]


def test_the_page_before_says_who_goes_who_does_not_and_why_and_does_nothing(chief: Client) -> None:
    pending, delivered = OrderFactory(), OrderFactory(status="DELIVERED")

    response = choose(chief, "cancel", [pending, delivered])

    assert [order.pk for order in response.context["going"]] == [pending.pk]
    assert response.context["staying"] == [(delivered, "It is DELIVERED and cannot be cancelled.")]
    assert response.context["stock"] == [(pending.lines[0].sku, "2 available again")]
    assert response.context["form"].initial["orders"] == ((pending.pk, 1),)
    assert statuses(pending, delivered) == ["PENDING", "DELIVERED"]


def test_all_that_the_filter_lets_through_can_be_chosen(chief: Client) -> None:
    one, two, _ = OrderFactory(), OrderFactory(), OrderFactory(status="CONFIRMED")

    response = choose(chief, "confirm", [one], "?tab=to_confirm", select_across="1")

    assert {order.pk for order in response.context["going"]} == {one.pk, two.pk}


def test_more_than_can_be_done_at_once_is_said_and_left(chief: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_ORDERS", 2)
    orders = [OrderFactory() for _ in range(3)]

    response = choose(chief, "confirm", orders)

    assert len(response.context["going"]) == 2
    assert response.context["are_more"]


def test_each_order_is_done_or_refused_by_itself(chief: Client) -> None:
    good, gone = OrderFactory(), OrderFactory()
    form = sent([good, gone], note="all of Monday")
    services.cancel_order(gone.pk, actor=ACTOR, reason="meanwhile")

    response = do(chief, "confirm", form)

    assert [(each.order_id, each.is_done) for each in response.context["outcomes"]] == [
        (good.pk, True), (gone.pk, False)
    ]  # fmt: skip
    assert statuses(good, gone) == ["CONFIRMED", "CANCELLED"]
    event = Event.objects.filter(aggregatetype="order", aggregateid=good.pk).latest("version")
    assert (event.actor, event.personal) == (f"user:{chief.session['_auth_user_id']}", {"note": "all of Monday"})


def test_an_order_that_somebody_changed_after_the_page_was_made_is_left_alone(chief: Client) -> None:
    order = OrderFactory()
    form = sent([order])
    services.edit_items(order.pk, lines=[Line(quantity=1, product_id=order.lines[0].product_id)], actor=ACTOR)

    response = do(chief, "confirm", form)

    assert not response.context["outcomes"][0].is_done
    assert statuses(order) == ["PENDING"]


def test_sent_again_it_replays_what_was_done_and_goes_on(chief: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    product = ProductFactory(stock_quantity=10)
    first, second = (OrderFactory(lines=[Line(quantity=1, product_id=product.pk)]) for _ in range(2))
    form = sent([first, second], reason="recall")
    cancel = services.cancel_order

    def dies_at_the_second(order_id: int, **fields: Any) -> Order:
        if order_id == second.pk:
            raise KeyboardInterrupt
        return cancel(order_id, **fields)

    monkeypatch.setattr(bulk.BULK["cancel"], "service", staticmethod(dies_at_the_second))
    with pytest.raises(KeyboardInterrupt):
        do(chief, "cancel", form)
    monkeypatch.setattr(bulk.BULK["cancel"], "service", staticmethod(cancel))
    assert statuses(first, second) == ["CANCELLED", "PENDING"]

    response = do(chief, "cancel", form)

    assert [each.is_done for each in response.context["outcomes"]] == [True, True]
    assert "done before" in response.context["outcomes"][0].words
    assert statuses(first, second) == ["CANCELLED", "CANCELLED"]
    assert Product.objects.get(pk=product.pk).stock_quantity == 10


def test_what_the_act_asks_for_is_asked_once_and_missing_it_does_nothing(chief: Client) -> None:
    order = OrderFactory()

    response = do(chief, "cancel", sent([order], reason=""))

    assert response.context["form"].errors["reason"]
    assert [each.pk for each in response.context["going"]] == [order.pk]
    assert statuses(order) == ["PENDING"]


@pytest.mark.parametrize("orders", ["", "x", "1", "1:1:1", "-1:1", "99999999999:1", ",".join(["1:1"] * 501)])
def test_a_page_that_is_not_whole_any_more_is_refused(orders: str, chief: Client) -> None:
    response = do(chief, "confirm", {"idempotency_key": str(uuid.uuid4()), "orders": orders})

    assert response.status_code == 200
    assert response.context["form"].errors["orders"]


def test_who_may_not_do_the_act_is_neither_offered_it_nor_obeyed(staff: Callable[[str], Client]) -> None:
    order, warehouse = OrderFactory(), staff("warehouse")

    offered = warehouse.get(LIST).context["action_form"].fields["action"].choices
    choose(warehouse, "cancel", [order])

    assert {name for name, _ in offered} >= {"ship", "deliver"}
    assert not {name for name, _ in offered} & {"confirm", "cancel"}
    assert do(warehouse, "cancel", sent([order], reason="x")).status_code == 403
    assert statuses(order) == ["PENDING"]


def test_nothing_else_is_done_to_many_orders(chief: Client) -> None:
    assert do(chief, "edit_items", sent([OrderFactory()])).status_code == 404
    assert chief.get(reverse("admin:orders_order_bulk", args=["confirm"])).status_code == 302


def test_looking_over_many_orders_takes_as_many_statements_as_one(chief: Client) -> None:
    def statements(orders: list[Order]) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as first:
            assert choose(chief, "cancel", orders).status_code == 200
        with CaptureQueriesContext(connection) as again:
            assert do(chief, "cancel", sent(orders, reason="")).context["form"].errors
        return len(first), len(again)

    assert statements([OrderFactory()]) == statements([OrderFactory() for _ in range(5)]) == (10, 3)


def test_the_page_before_counts_the_units_that_the_act_moves(chief: Client) -> None:
    lines = [Line(quantity=5, product_id=ProductFactory(sku="TEA").pk)]
    left, held = OrderFactory(lines=lines, status="CONFIRMED"), OrderFactory(lines=lines, status="CONFIRMED")
    one = [services.ItemUnits(left.lines[0].pk, 1)]
    services.ship_order(left.pk, lines=one, actor=ACTOR)
    for order in (left, held):
        one = [services.ItemUnits(order.lines[0].pk, 1)]
        services.short_close(order.pk, lines=one, reason="broken", actor=ACTOR)

    assert choose(chief, "ship", [left, held]).context["stock"] == [("TEA", "7 leave the shelf")]
    assert choose(chief, "cancel", [left, held]).context["stock"] == [("TEA", "4 available again")]
