"""Placing an order: all lines or none, and the stock goes with it."""

from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.actors import Actor
from common.errors import InvalidInput
from common.idempotency import Answer, Key
from common.transactions import run
from customers.models import Customer
from customers.tests.factories import HOME, OFFICE, CustomerFactory
from events.models import Event
from orders import services
from orders.models import Order
from orders.services import Addresses, Line
from products.errors import InsufficientStock, ProductUnavailable
from products.models import Product, StockMovement
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory()


def lines_for(products: Sequence[Product], quantity: int = 1) -> list[Line]:
    return [Line(quantity=quantity, product_id=product.pk) for product in products]


def statements(queries: CaptureQueriesContext) -> list[str]:
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS")
    return [query["sql"] for query in queries if not query["sql"].startswith(control)]


def test_takes_the_stock_with_it(customer: Customer, actor: Actor) -> None:
    product = ProductFactory(stock_quantity=10, price_cents=250)

    order = services.place_order(customer_id=customer.pk, lines=lines_for([product], 3), actor=actor)

    taken = Product.objects.get(pk=product.pk)
    movement = StockMovement.objects.get(product=taken, sequence=taken.stock_seq)
    assert (taken.stock_quantity, order.total_cents) == (7, 750)
    assert (movement.delta, movement.balance, movement.kind, movement.order_id) == (-3, 7, "sale", order.pk)


def test_copies_what_was_agreed_into_the_lines(customer: Customer, actor: Actor) -> None:
    product = ProductFactory(sku="A-1", name="Lamp", price_cents=250)
    order = services.place_order(customer_id=customer.pk, lines=lines_for([product], 2), actor=actor)

    Product.objects.filter(pk=product.pk).update(name="Lantern", price_cents=999)

    (line,) = Order.objects.with_lines().get(pk=order.pk).lines
    assert (line.sku, line.name, line.unit_price_cents, line.line_total_cents) == ("A-1", "Lamp", 250, 500)


def test_merges_a_product_named_twice_by_id_and_by_sku(customer: Customer, actor: Actor) -> None:
    product = ProductFactory(stock_quantity=5)
    lines = [Line(quantity=2, product_id=product.pk), Line(quantity=3, sku=product.sku)]

    order = services.place_order(customer_id=customer.pk, lines=lines, actor=actor)

    assert [line.quantity for line in order.lines] == [5]


def test_reports_every_short_and_inactive_product_in_one_answer(customer: Customer, actor: Actor) -> None:
    short, gone, fine = ProductFactory(stock_quantity=1), ProductFactory(is_active=False), ProductFactory()

    with pytest.raises(ProductUnavailable) as refusal:
        services.place_order(customer_id=customer.pk, lines=lines_for([short, gone, fine], 2), actor=actor)

    found = {
        item["product_id"]: (item["code"], item["requested"], item["available"])
        for item in refusal.value.facts["items"]
    }
    assert found == {short.pk: ("insufficient_stock", 2, 1), gone.pk: ("product_unavailable", 2, 10)}


def test_takes_nothing_when_one_line_is_short(customer: Customer, actor: Actor) -> None:
    plenty, short = ProductFactory(stock_quantity=10), ProductFactory(stock_quantity=1)

    with pytest.raises(InsufficientStock):
        run(lambda: services.place_order(customer_id=customer.pk, lines=lines_for([plenty, short], 2), actor=actor))

    assert Product.objects.get(pk=plenty.pk).stock_quantity == 10
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("lines", "pointer"),
    [
        ([], "/items"),
        ([Line(quantity=1, product_id=987654321)], "/items/0/product_id"),
        ([Line(quantity=1, sku="nope")], "/items/0/sku"),
        ([Line(quantity=1, sku="nope")] * 1001, "/items"),
    ],
)
def test_points_at_what_is_wrong(customer: Customer, actor: Actor, lines: list[Line], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        services.place_order(customer_id=customer.pk, lines=lines, actor=actor)

    assert refusal.value.errors[0].pointer == pointer


def test_refuses_an_unknown_customer(actor: Actor) -> None:
    with pytest.raises(InvalidInput) as refusal:
        services.place_order(customer_id=987654321, lines=lines_for([ProductFactory()]), actor=actor)

    assert refusal.value.errors[0].pointer == "/customer_id"


def test_refuses_a_total_beyond_what_can_be_stored(customer: Customer, actor: Actor) -> None:
    dear = [ProductFactory(price_cents=10**12, stock_quantity=10**6) for _ in range(10)]

    with pytest.raises(InvalidInput) as refusal:
        services.place_order(customer_id=customer.pk, lines=lines_for(dear, 10**6), actor=actor)

    assert refusal.value.errors[0].code == "total_too_large"


def test_records_one_event_with_the_whole_order_and_the_note_apart(customer: Customer, actor: Actor) -> None:
    product = ProductFactory()

    order = services.place_order(customer_id=customer.pk, lines=lines_for([product]), actor=actor, note="Ring twice")

    event = Event.objects.get(aggregatetype="order", aggregateid=order.pk)
    assert (event.type, event.version, event.actor, event.request_id) == (
        "order.placed",
        1,
        actor.name,
        actor.request_id,
    )
    assert event.payload["items"][0]["product_id"] == product.pk
    assert event.personal == {"note": "Ring twice"}


# By what is said of the addresses: whoever leaves one to the customer's defaults has them looked up.
COSTS: list[tuple[Addresses, int]] = [
    ({"shipping_address": HOME, "billing_address": OFFICE}, 6),
    ({"shipping_address": HOME, "billing_address": None}, 6),
    ({"shipping_address": HOME}, 7),
    ({}, 7),
]


@pytest.mark.parametrize("count", [1, 3, 700])
def test_needs_as_many_statements_whatever_the_number_of_lines(customer: Customer, actor: Actor, count: int) -> None:
    products = [ProductFactory() for _ in range(count)]

    for addresses, most in COSTS:
        with CaptureQueriesContext(connection) as queries:
            run(lambda named=addresses: services.place_order(  # type: ignore[misc]
                customer_id=customer.pk, lines=lines_for(products), addresses=named, actor=actor
            ))  # fmt: skip
        assert len(statements(queries)) == most, addresses


def test_needs_two_statements_more_with_a_key(customer: Customer, actor: Actor) -> None:
    lines = lines_for([ProductFactory(), ProductFactory()])

    for number, (addresses, most) in enumerate(COSTS):

        def act(named: Addresses = addresses) -> Answer:
            order = services.place_order(customer_id=customer.pk, lines=lines, addresses=named, actor=actor)
            return Answer(201, order.number, {}, "order", order.pk)

        with CaptureQueriesContext(connection) as queries:
            run(act, key=Key(1, f"k{number}", "f"))
        assert len(statements(queries)) == most + 2, addresses
