"""Editing the items of an order: while PENDING, at the price agreed, and the stock moves by the difference."""

import pytest
from django.test import Client

from common.actors import Actor
from common.errors import InvalidInput
from common.tests.contents import contents
from common.transactions import run
from events.models import Event
from orders import services
from orders.models import Order
from orders.services import Line
from orders.tests.factories import OrderFactory
from products.errors import InsufficientStock, ProductUnavailable
from products.models import Product
from products.services import change_product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp() -> Product:
    return ProductFactory(sku="LAMP", name="Lamp", price_cents=500, stock_quantity=10)


@pytest.fixture
def bulb() -> Product:
    return ProductFactory(sku="BULB", name="Bulb", price_cents=30, stock_quantity=10)


@pytest.fixture
def order(lamp: Product) -> Order:
    """Four lamps; six remain available."""
    return OrderFactory(lines=[Line(quantity=4, product_id=lamp.pk)])


def edit(order: Order, actor: Actor, **quantities: int) -> Order:
    lines = [Line(quantity=quantity, sku=sku) for sku, quantity in quantities.items()]
    return run(lambda: services.edit_items(order.pk, lines=lines, actor=actor))


def stock(sku: str) -> int:
    return Product.objects.get(sku=sku).stock_quantity


def last_event(order: Order) -> Event:
    return Event.objects.filter(aggregatetype="order", aggregateid=order.pk).latest("version")


@pytest.mark.parametrize(("quantity", "available", "delta"), [(1, 9, 3), (7, 3, -3), (10, 0, -6)])
def test_moves_the_stock_by_the_difference(
    order: Order, actor: Actor, quantity: int, available: int, delta: int
) -> None:
    edited = edit(order, actor, LAMP=quantity)

    movement = Product.objects.get(sku="LAMP").movements.latest("sequence")
    assert (edited.total_cents, stock("LAMP")) == (500 * quantity, available)
    assert (movement.kind, movement.delta, movement.order_id) == ("edit", delta, order.pk)


def test_a_product_that_stays_keeps_its_price_and_one_that_comes_takes_todays(
    order: Order, bulb: Product, actor: Actor
) -> None:
    product_id = order.lines[0].product_id
    change_product(product_id, actor=actor, price_cents=999, name="Lantern")
    change_product(bulb.pk, actor=actor, price_cents=77)

    edited = edit(order, actor, LAMP=6, BULB=1)

    stored = Order.objects.with_lines().get(pk=order.pk)
    assert [(line.name, line.quantity, line.unit_price_cents) for line in stored.lines] == [
        ("Lamp", 6, 500),
        ("Bulb", 1, 77),
    ]
    assert stored.total_cents == edited.total_cents == 3_077


def test_a_product_that_left_and_comes_back_takes_todays_price(order: Order, bulb: Product, actor: Actor) -> None:
    edit(order, actor, BULB=1)
    change_product(order.lines[0].product_id, actor=actor, price_cents=999)

    edited = edit(order, actor, BULB=1, LAMP=1)

    assert edited.total_cents == 30 + 999


def test_a_removed_line_gives_all_its_units_back(order: Order, bulb: Product, actor: Actor) -> None:
    edited = edit(order, actor, BULB=2)

    assert (stock("LAMP"), stock("BULB")) == (10, 8)
    assert [line.sku for line in edited.lines] == ["BULB"]


def test_tells_old_and_new_lines(order: Order, bulb: Product, actor: Actor) -> None:
    edit(order, actor, LAMP=1, BULB=2)

    payload = last_event(order).payload
    assert [(line["sku"], line["quantity"]) for line in payload["old_items"]] == [("LAMP", 4)]
    assert [(line["sku"], line["quantity"]) for line in payload["items"]] == [("LAMP", 1), ("BULB", 2)]
    assert payload["total_cents"] == 560


def test_the_same_list_again_changes_nothing(order: Order, actor: Actor) -> None:
    before = contents()

    edited = edit(order, actor, LAMP=4)

    assert (edited.version, contents()) == (order.version, before)


def test_a_note_is_kept_even_when_the_list_is_the_same(order: Order, actor: Actor) -> None:
    lines = [Line(quantity=4, sku="LAMP")]

    edited = run(lambda: services.edit_items(order.pk, lines=lines, actor=actor, note="Checked by phone"))

    assert edited.version == order.version + 1
    assert last_event(order).personal == {"note": "Checked by phone"}
    assert stock("LAMP") == 6


def test_more_than_there_is_is_refused_with_what_is_missing(order: Order, actor: Actor) -> None:
    before = contents()

    with pytest.raises(InsufficientStock) as refusal:
        edit(order, actor, LAMP=11)

    (item,) = refusal.value.facts["items"]
    assert (item["sku"], item["requested"], item["available"]) == ("LAMP", 7, 6)
    assert contents() == before


def test_an_empty_list_is_refused(order: Order, actor: Actor, api: Client) -> None:
    before = contents()

    with pytest.raises(InvalidInput):
        edit(order, actor)
    answer = api.put(f"/api/v1/orders/{order.pk}/items/", {"items": []}, content_type="application/json")

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/items")
    assert contents() == before


def test_a_product_no_longer_sold_may_stay_or_shrink_but_not_grow_or_come(
    order: Order, bulb: Product, actor: Actor
) -> None:
    for sku in ("LAMP", "BULB"):
        change_product(Product.objects.get(sku=sku).pk, actor=actor, is_active=False)

    with pytest.raises(ProductUnavailable):
        edit(order, actor, LAMP=5)
    with pytest.raises(ProductUnavailable):
        edit(order, actor, LAMP=4, BULB=1)

    assert edit(order, actor, LAMP=4).version == order.version
    assert edit(order, actor, LAMP=3).total_cents == 1_500


def test_a_product_named_twice_is_merged(order: Order, actor: Actor) -> None:
    lines = [Line(quantity=2, sku="LAMP"), Line(quantity=3, product_id=order.lines[0].product_id)]

    edited = run(lambda: services.edit_items(order.pk, lines=lines, actor=actor))

    assert [line.quantity for line in edited.lines] == [5]


def test_cancelling_after_edits_returns_exactly_what_is_held(order: Order, bulb: Product, actor: Actor) -> None:
    edit(order, actor, LAMP=9, BULB=3)
    edit(order, actor, LAMP=2, BULB=5)

    run(lambda: services.cancel_order(order.pk, actor=actor, reason="test"))

    assert (stock("LAMP"), stock("BULB")) == (10, 10)
