"""What is printed: the packing slip tells no price, the confirmation all of them, the pick list what to fetch."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.tests.factories import CustomerFactory
from orders import services
from orders.models import Order
from orders.services import ItemUnits, Line
from orders.tests.factories import ACTOR, OrderFactory
from products.services import change_product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
PICK_LIST = reverse("admin:orders_order_pick_list")


@pytest.fixture
def viewer(staff: Callable[[str], Client]) -> Client:
    return staff("viewer")


def paper(browser: Client, order: Order, name: str) -> str:
    return browser.get(reverse("admin:orders_order_print", args=[order.pk, name])).content.decode()


def picks(browser: Client, *orders: Order) -> Any:
    return browser.get(PICK_LIST, {"orders": ",".join(str(order.pk) for order in orders)}).context


def test_a_packing_slip_tells_what_is_in_the_parcel_and_no_price(viewer: Client) -> None:
    lamp = ProductFactory(sku="LAMP", name="Lampe für Zoë", price_cents=123_456)
    order = OrderFactory(lines=[Line(quantity=3, product_id=lamp.pk)], status="CONFIRMED")

    page = paper(viewer, order, "packing-slip")

    assert order.number in page and "LAMP" in page and "Lampe für Zoë" in page
    assert '<td class="figure">3</td>' in page
    assert "1,234.56" not in page and "EUR" not in page


def test_a_confirmation_tells_every_price_and_the_total(viewer: Client) -> None:
    lamp = ProductFactory(sku="LAMP", price_cents=123_456)
    order = OrderFactory(lines=[Line(quantity=2, product_id=lamp.pk)])

    page = paper(viewer, order, "confirmation")

    assert page.count("1,234.56 EUR") == 1
    assert page.count("2,469.12 EUR") == 2


@pytest.mark.parametrize("name", ["张伟", "محمد", "Đặng Thị Hoa", "<b>Bold</b>"])
def test_names_of_any_language_are_printed_as_they_are_and_run_their_own_way(name: str, viewer: Client) -> None:
    order = OrderFactory(customer_id=CustomerFactory(first_name=name, last_name="").pk)

    page = paper(viewer, order, "packing-slip")

    assert (name if "<" not in name else "&lt;b&gt;Bold&lt;/b&gt;") in page
    assert '<address dir="auto">' in page


def test_a_pick_list_sums_by_shelf_and_leaves_out_what_is_not_confirmed(viewer: Client) -> None:
    tea, mug = ProductFactory(sku="TEA", stock_quantity=50), ProductFactory(sku="MUG", stock_quantity=50)
    one = OrderFactory(lines=[Line(quantity=2, product_id=tea.pk)], status="CONFIRMED")
    both = [Line(quantity=3, product_id=tea.pk), Line(quantity=1, product_id=mug.pk)]
    two, pending = OrderFactory(lines=both, status="CONFIRMED"), OrderFactory()
    change_product(mug.pk, actor=ACTOR, sku="MUG-2")

    context = picks(viewer, one, two, pending)

    assert [(pick.sku, pick.units, pick.orders) for pick in context["picks"]] == [
        ("MUG-2", 1, [(two.number, 1)]),
        ("TEA", 5, [(one.number, 2), (two.number, 3)]),
    ]
    assert context["others"] == [pending]


def test_what_is_packed_has_left_or_will_never_come_is_not_fetched_again(viewer: Client) -> None:
    lines = [Line(quantity=5, product_id=ProductFactory(sku=sku, stock_quantity=50).pk) for sku in ("TEA", "MUG")]
    order = OrderFactory(lines=lines, status="CONFIRMED")
    tea, mug = (line.pk for line in order.lines)
    services.prepare_shipment(order.pk, lines=[ItemUnits(tea, 1), ItemUnits(mug, 5)], actor=ACTOR)
    services.ship_order(order.pk, lines=[ItemUnits(tea, 1)], actor=ACTOR)
    services.short_close(order.pk, lines=[ItemUnits(tea, 1)], reason="gone", actor=ACTOR)

    assert [(pick.sku, pick.units) for pick in picks(viewer, order)["picks"]] == [("TEA", 2)]


def test_the_orders_that_were_ticked_lead_to_their_pick_list(viewer: Client) -> None:
    orders = [OrderFactory(status="CONFIRMED") for _ in range(2)]

    response = viewer.post(
        reverse("admin:orders_order_changelist"),
        {"action": "pick_list", "_selected_action": [order.pk for order in orders]},
    )

    assert response["Location"] == f"{PICK_LIST}?orders={orders[0].pk},{orders[1].pk}"


@pytest.mark.parametrize("orders", ["", "x", "1,,2", "-1", "9" * 19, ",".join(["1"] * 501)])
def test_a_pick_list_of_nonsense_is_refused(orders: str, viewer: Client) -> None:
    assert viewer.get(PICK_LIST, {"orders": orders}).status_code == 400


def test_papers_are_for_those_who_may_see_orders(staff: Callable[[str], Client], viewer: Client) -> None:
    order, nobody = OrderFactory(), staff("none")
    slip = reverse("admin:orders_order_print", args=[order.pk, "packing-slip"])

    assert nobody.get(slip).status_code == nobody.get(PICK_LIST, {"orders": "1"}).status_code == 403
    assert Client().get(slip).status_code == 302
    assert viewer.get(reverse("admin:orders_order_print", args=[order.pk, "invoice"])).status_code == 404
    assert viewer.get(reverse("admin:orders_order_print", args=[10**9, "packing-slip"])).status_code == 404


def test_a_pick_list_takes_as_many_statements_for_many_orders_as_for_one(viewer: Client) -> None:
    def statements(orders: list[Order]) -> int:
        with CaptureQueriesContext(connection) as queries:
            picks(viewer, *orders)
        return len(queries)

    assert statements([OrderFactory(status="CONFIRMED")]) == statements(
        [OrderFactory(status="CONFIRMED") for _ in range(4)]
    )


def test_a_cancelled_order_is_not_fetched(viewer: Client) -> None:
    order = OrderFactory(status="CONFIRMED")
    services.cancel_order(order.pk, actor=ACTOR, reason="test")

    assert picks(viewer, order)["picks"] == []
