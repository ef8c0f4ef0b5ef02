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
from orders.tests.factories import ACTOR, HoldFactory, OrderFactory
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


@pytest.fixture
def order() -> Order:
    """Five of TEA and two of MUG, agreed to, and a parcel of two of TEA that has left."""
    tea, mug = (ProductFactory(sku=sku, price_cents=100).pk for sku in ("TEA", "MUG"))
    lines = [Line(quantity=5, product_id=tea), Line(quantity=2, product_id=mug)]
    order = OrderFactory(lines=lines, status="CONFIRMED")
    tracking = services.Tracking("速达 DHL", "T-1")
    return services.ship_order(order.pk, lines=[ItemUnits(order.lines[0].pk, 2)], tracking=tracking, actor=ACTOR)


def slip(browser: Client, order: Order, shipment_id: int) -> Any:
    kwargs = {"pk": order.pk, "shipment_id": shipment_id}
    return browser.get(reverse("admin:orders_order_print", kwargs=kwargs))


def in_it(page: Any) -> list[tuple[str, int]]:
    return [(line.sku, quantity) for line, quantity in page.context["lines"]]


def test_each_parcel_has_a_packing_slip_of_its_own(order: Order, viewer: Client) -> None:
    tea, mug = (line.pk for line in order.lines)
    order = services.prepare_shipment(order.pk, lines=[ItemUnits(tea, 1), ItemUnits(mug, 2)], actor=ACTOR)
    left, packed = order.parcels
    page = viewer.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()

    assert in_it(slip(viewer, order, left.pk)) == [("TEA", 2)]
    assert in_it(slip(viewer, order, packed.pk)) == [("TEA", 1), ("MUG", 2)]
    assert f'Shipment {left.pk}: <span dir="auto">速达 DHL T-1</span>' in slip(viewer, order, left.pk).content.decode()
    assert page.count("packing-slip/") == 3 and f'packing-slip/{packed.pk}/"' in page


def test_only_a_parcel_of_the_order_that_was_not_given_up_has_a_packing_slip(order: Order, viewer: Client) -> None:
    packed = services.prepare_shipment(order.pk, actor=ACTOR).parcels[-1].pk
    services.void_shipment(order.pk, packed, actor=ACTOR)

    for of, parcel in ((order, packed), (OrderFactory(), order.parcels[0].pk), (order, 10**30)):
        assert slip(viewer, of, parcel).status_code == 404


def test_the_packing_slip_of_an_order_tells_what_is_still_to_be_sent(order: Order, viewer: Client) -> None:
    address = reverse("admin:orders_order_print", args=[order.pk, "packing-slip"])
    services.short_close(order.pk, lines=[ItemUnits(order.lines[0].pk, 1)], reason="gone", actor=ACTOR)
    assert in_it(viewer.get(address)) == [("TEA", 2), ("MUG", 2)]

    services.ship_order(order.pk, actor=ACTOR)
    assert in_it(viewer.get(address)) == [("TEA", 4), ("MUG", 2)]


def test_a_confirmation_says_what_will_not_come_and_what_is_due_then(order: Order, viewer: Client) -> None:
    services.short_close(order.pk, lines=[ItemUnits(order.lines[0].pk, 1)], reason="gone", actor=ACTOR)

    page = paper(viewer, order, "confirmation")

    assert '<td class="figure">5<br><small>1 not delivered</small></td>' in page and page.count("not delivered") == 1
    assert 'Total</th><td class="figure">7.00 EUR' in page
    assert 'Not delivered</th><td class="figure">-1.00 EUR' in page
    assert 'Due</th><td class="figure">6.00 EUR' in page


def test_what_a_confirmation_takes_off_adds_up_whatever_became_of_the_order(order: Order, viewer: Client) -> None:
    shipped = services.ship_order(order.pk, actor=ACTOR)
    one = [services.ReturnUnits(shipped.lines[1].pk, 1, "restock")]
    back = services.request_return(order.pk, lines=one, reason="too many", actor=ACTOR)
    services.receive_return(order.pk, back.sent_back[0].pk, actor=ACTOR)
    expected: dict[Order, Any] = {
        OrderFactory(): [],
        OrderFactory(status="CANCELLED"): [("Cancelled", -2_500)],
        order: [("Returned", -100)],
    }

    for each, less in expected.items():
        page = viewer.get(reverse("admin:orders_order_print", args=[each.pk, "confirmation"]))
        assert page.context["less"] == less


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


def test_a_pick_list_sums_by_shelf_and_says_why_it_leaves_out_an_order(viewer: Client) -> None:
    tea, mug = ProductFactory(sku="TEA", stock_quantity=50), ProductFactory(sku="MUG", stock_quantity=50)
    one = OrderFactory(lines=[Line(quantity=2, product_id=tea.pk)], status="CONFIRMED")
    both = [Line(quantity=3, product_id=tea.pk), Line(quantity=1, product_id=mug.pk)]
    two, pending = OrderFactory(lines=both, status="CONFIRMED"), OrderFactory()
    held, packed = (OrderFactory(status="CONFIRMED") for _ in range(2))
    HoldFactory(order_id=held.pk)
    services.prepare_shipment(packed.pk, actor=ACTOR)
    change_product(mug.pk, actor=ACTOR, sku="MUG-2")

    context = picks(viewer, one, two, pending, held, packed)

    assert [(pick.sku, pick.units, pick.orders) for pick in context["picks"]] == [
        ("MUG-2", 1, [(two.number, 1)]),
        ("TEA", 5, [(one.number, 2), (two.number, 3)]),
    ]
    assert context["others"] == [
        (pending, "It is PENDING and cannot be packed."),
        (held, "It is on hold: fraud review."),
        (packed, "All that has not left is in prepared shipments."),
    ]


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
