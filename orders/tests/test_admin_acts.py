"""Acts in the back-office: they go through on what the person saw; a refusal says why and keeps the input."""

from collections.abc import Callable

import pytest
from django.test import Client

from common.actors import Actor
from customers.tests.factories import CustomerFactory
from events.models import Event
from orders import services
from orders.models import Order
from orders.tests.factories import OrderFactory, order_in
from orders.tests.forms import errors, now, sent, url
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(staff: Callable[[str], Client]) -> Client:
    return staff("chief")


@pytest.mark.parametrize(
    ("before", "act", "after", "fields"),
    [
        ("PENDING", "confirm", "CONFIRMED", {}),
        ("CONFIRMED", "ship", "SHIPPED", {"note": "two parcels"}),
        ("SHIPPED", "deliver", "DELIVERED", {}),
        ("CONFIRMED", "cancel", "CANCELLED", {"reason": "changed their mind"}),
        ("DELIVERED", "note", "DELIVERED", {"text": "rang twice"}),
    ],
)
def test_an_act_goes_through_and_is_recorded_with_who_did_it_and_the_request(
    before: str, act: str, after: str, fields: dict[str, str], chief: Client
) -> None:
    order = OrderFactory(status=before)

    response = chief.post(url(act, order), sent(order, **fields), headers={"X-Request-Id": "req-1"})

    assert response.status_code == 302 and response["Location"] == url("change", order)
    assert now(order).status == after
    event = Event.objects.filter(aggregatetype="order", aggregateid=order.pk).latest("version")
    assert (event.actor, event.request_id) == (f"user:{chief.session['_auth_user_id']}", "req-1")


def test_an_order_is_placed_and_takes_the_stock(chief: Client) -> None:
    customer, product = CustomerFactory(), ProductFactory(sku="TEA", stock_quantity=10)

    form = sent(customer_id=customer.pk, items_sku=["TEA", ""], items_quantity=["3", ""], external_ref="web-7")
    response = chief.post(url("add"), form)

    order = Order.objects.get()
    assert response["Location"] == url("change", order)
    assert (order.customer_id, order.total_cents, order.external_ref) == (customer.pk, 3_750, "web-7")
    assert Product.objects.get(pk=product.pk).stock_quantity == 7


def test_an_order_of_a_thousand_lines_is_a_form_like_any_other(chief: Client) -> None:
    customer, product = CustomerFactory(), ProductFactory(sku="TEA", stock_quantity=1_000)

    form = sent(customer_id=customer.pk, items_sku=["TEA"] * 1_000, items_quantity=["1"] * 1_000)

    assert chief.post(url("add"), form).status_code == 302
    assert Product.objects.get(pk=product.pk).stock_quantity == 0


def test_the_form_of_the_items_holds_what_is_ordered_and_saves_what_is_typed(chief: Client) -> None:
    order = OrderFactory()
    ProductFactory(sku="TEA")
    page = chief.get(url("edit_items", order))
    assert page.context["form"]["items"].value() == [(order.lines[0].sku, 2)]

    sku = order.lines[0].sku
    chief.post(url("edit_items", order), sent(order, items_sku=[sku, "TEA"], items_quantity=["1", "4"]))

    assert [(line.sku, line.quantity) for line in now(order).lines] == [(sku, 1), ("TEA", 4)]


def test_part_of_an_order_is_shipped_and_the_rest_given_up(chief: Client) -> None:
    order = OrderFactory(lines=[services.Line(quantity=5, product_id=ProductFactory(sku="TEA").pk)], status="CONFIRMED")
    item = order.lines[0].pk

    tracking = {"carrier": "DHL", "tracking_number": "T-1", "tracking_url": "https://example.com/T-1"}
    chief.post(url("ship_part", order), sent(order, lines_item_id=item, lines_quantity="3", **tracking))
    page = chief.get(url("change", order)).content.decode()
    assert "partly shipped" in page and '<a href="https://example.com/T-1"' in page
    chief.post(url("short_close", order), sent(now(order), lines_item_id=item, lines_quantity="2", reason="never came"))

    page = chief.get(url("change", order)).content.decode()
    assert now(order).status == "SHIPPED" and "never came" in page and "TEA: 2" in page


def test_the_form_of_a_part_shows_what_is_open_and_keeps_what_was_typed(chief: Client) -> None:
    order = order_in("prepared")
    rows = chief.get(url("ship_part", order)).content.decode()
    assert f'name="lines_item_id" value="{order.lines[0].pk}"' in rows

    refused = chief.post(url("ship_part", order), sent(order, lines_item_id=order.lines[0].pk, lines_quantity="2"))

    assert "2 asked for, 1 available" in errors(refused)
    assert 'value="2" size="8"' in refused.content.decode()


def test_a_stale_form_is_refused_shows_what_changed_and_keeps_the_input(chief: Client, actor: Actor) -> None:
    order = OrderFactory()
    services.add_note(order.pk, actor=actor, text="Ring twice")

    response = chief.post(url("cancel", order), sent(order, reason="sold out"))

    assert now(order).status == "PENDING"
    form = response.context["form"]
    assert (form["reason"].value(), form["version"].value()) == ("sold out", "2")
    assert [entry.note for entry in response.context["meanwhile"]] == ["Ring twice"]
    assert "Ring twice" in response.content.decode()


def test_a_preview_shows_the_outcome_and_changes_nothing(chief: Client) -> None:
    order = OrderFactory()
    sku = order.lines[0].sku

    form = sent(order, items_sku=sku, items_quantity="5", _preview="Preview")
    response = chief.post(url("edit_items", order), form)

    assert ("Total", "25.00 EUR → 62.50 EUR") in response.context["preview"]
    assert (now(order).version, now(order).total_cents) == (1, 2_500)
    assert Product.objects.get(sku=sku).stock_quantity == 8


def test_what_stands_in_the_way_is_said_on_the_page_and_not_by_an_error_page(chief: Client) -> None:
    order = OrderFactory(status="SHIPPED")

    response = chief.post(url("cancel", order), sent(order, reason="late"))

    assert response.status_code == 200
    assert "cannot be cancelled" in errors(response)
    assert now(order).status == "SHIPPED"


def test_short_products_are_named_one_by_one_and_the_input_is_kept(chief: Client) -> None:
    customer = CustomerFactory()
    ProductFactory(sku="TEA", stock_quantity=1)

    form = sent(customer_id=customer.pk, items_sku="TEA", items_quantity="3")
    response = chief.post(url("add"), form)

    assert "TEA: 3 asked for, 1 available" in errors(response)
    assert response.context["form"]["items"].value() == [("TEA", "3")]
    assert not Order.objects.exists()


def test_an_unknown_sku_is_told_at_the_items_with_its_line(chief: Client) -> None:
    customer = CustomerFactory()
    ProductFactory(sku="TEA")

    form = sent(customer_id=customer.pk, items_sku=["TEA", "NONE"], items_quantity=["1", "1"])
    response = chief.post(url("add"), form)

    assert response.context["form"].errors["items"] == ["Line 2: There is no such product."]


HOSTILE = ["", "\0", "a\0b", "9" * 5_000, "-1", "1e9", "1.5", "٣", "NaN", "x" * 300, "<script>", "' OR 1=1"]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("field", ["idempotency_key", "version", "items_sku", "items_quantity", "customer_id"])
def test_bad_input_is_told_and_changes_nothing(field: str, value: str, chief: Client) -> None:
    order = OrderFactory()
    good = {"customer_id": order.customer_id, "items_sku": order.lines[0].sku, "items_quantity": "1"}

    for act in ("edit_items",) if field == "version" else ("edit_items", "add"):
        if field == "customer_id" and act == "edit_items":
            continue
        response = chief.post(url(act, None if act == "add" else order), {**sent(order), **good, field: value})
        assert response.status_code == 200 and response.context["form"].errors

    assert (Order.objects.count(), now(order).version) == (1, 1)


def test_nothing_at_all_is_an_answer_too(chief: Client) -> None:
    order = OrderFactory()

    for act in ("add", "edit_items", "confirm", "cancel", "note"):
        response = chief.post(url(act, None if act == "add" else order), {})
        assert response.status_code == 200 and response.context["form"].errors

    assert now(order).version == 1


@pytest.mark.parametrize("pk", ["0", "999", "9" * 30, "x", "1%00", "-1"])
@pytest.mark.parametrize("page", ["change/", "confirm/", "edit_items/"])
def test_an_unknown_order_is_not_found(pk: str, page: str, chief: Client) -> None:
    assert chief.get(f"/admin/orders/order/{pk}/{page}").status_code == 404
    assert chief.post(f"/admin/orders/order/{pk}/{page}").status_code in (404, 405)
