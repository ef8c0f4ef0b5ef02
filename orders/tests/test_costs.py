"""What it costs to read orders and to act on them: statements, the lookup of the token among them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.api.addresses import HOME
from customers.tests.factories import CustomerFactory
from oms.tests.addresses import World, call
from orders import services
from orders.models import Order, ReturnLine, ShipmentLine
from orders.models.records import KINDS
from orders.services import ItemUnits, Line
from orders.tests.factories import ACTOR, HoldFactory, OrderFactory
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

TOKEN = 1


def statements(queries: CaptureQueriesContext) -> int:
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS")
    return len([query for query in queries if not query["sql"].startswith(control)])


def cost(act: Callable[[], Any]) -> int:
    act()  # the first use of a token in a minute is noted
    with CaptureQueriesContext(connection) as queries:
        assert act().status_code in (200, 201)
    return statements(queries)


def with_everything() -> tuple[int, int]:
    """An order with every kind of record beside it, and the one that was placed in exchange for one of its returns."""
    order = OrderFactory(lines=[Line(4, ProductFactory().pk) for _ in range(2)], status="CONFIRMED")
    first, second = (line.pk for line in order.lines)
    services.ship_order(order.pk, lines=[ItemUnits(second, 1), ItemUnits(first, 2)], actor=ACTOR)
    services.prepare_shipment(order.pk, lines=[ItemUnits(first, 1)], actor=ACTOR)
    services.short_close(order.pk, lines=[ItemUnits(second, 1)], reason="gone", actor=ACTOR)
    unit = [services.ReturnUnits(first, 1, "restock")]
    back = services.request_return(order.pk, lines=unit, reason="Too large", actor=ACTOR).sent_back[0].pk
    services.receive_return(order.pk, back, actor=ACTOR)
    exchange = services.exchange_return(order.pk, back, actor=ACTOR)
    services.request_return(order.pk, reason="Too small", actor=ACTOR)
    services.release_hold(order.pk, HoldFactory(order_id=order.pk).pk, actor=ACTOR)
    HoldFactory(order_id=order.pk)
    return order.pk, exchange.pk


# An order


def test_an_order_costs_one_statement_whatever_is_beside_it(api: Client) -> None:
    for order in (OrderFactory().pk, *with_everything()):
        for query in ("", "?expand=customer"):
            assert cost(lambda: api.get(f"/api/v1/orders/{order}/{query}")) == TOKEN + 1  # noqa: B023 - called at once


def test_what_is_read_with_an_order_is_what_its_tables_say() -> None:
    pk, exchange = with_everything()
    order = Order.objects.with_lines().get(pk=pk)

    for name, kind in KINDS.items():
        records, columns = getattr(order, name), [field.attname for field in kind._meta.concrete_fields]
        stored = kind._default_manager.filter(order=pk).order_by("pk")
        expected = stored.filter(released_at=None) if name == "active_holds" else stored
        assert [[getattr(each, column) for column in columns] for each in records] == list(
            map(list, expected.values_list(*columns))
        ), name
        assert records and not any(each._state.adding for each in records)
    assert [shortfall.sku for shortfall in order.shortfalls] == [order.lines[1].sku]
    for parcel in order.parcels:
        inside = ShipmentLine.objects.filter(shipment=parcel).order_by("item")
        assert list(parcel.contents) == list(inside.values("item_id", "quantity"))
    for each in order.sent_back:
        units = ReturnLine.objects.filter(of=each).order_by("item")
        assert list(each.contents) == list(units.values("item_id", "quantity", "disposition"))
    assert [each.exchange_order_id for each in order.sent_back] == [exchange, None]
    assert Order.objects.with_lines().get(pk=exchange).exchange_for == order.sent_back[0]


# Lists


def test_a_list_costs_the_same_however_much_there_is_on_it(api: Client) -> None:
    customer = CustomerFactory(email="ada@example.com", first_name="Ada")
    product = ProductFactory(sku="BULB", stock_quantity=100)
    most = {
        "": TOKEN + 1,
        "?ordering=updated_at&limit=50": TOKEN + 1,
        "?status__in=PENDING,CONFIRMED": TOKEN + 2,
        "?customer_email=ada@example.com&created_after=2020-01-01T00:00:00Z": TOKEN + 3,
        "?sku=BULB": TOKEN + 3,
        "?search=BULB": TOKEN + 3,
        "?search=ada": TOKEN + 3,
        "?search=ada@example.com": TOKEN + 3,
        "?search=nothing": TOKEN + 1,
    }

    for number in (1, 47):
        for _ in range(number):
            OrderFactory(customer_id=customer.pk, lines=[Line(1, product.pk)])
        for query, expected in most.items():
            found = cost(lambda: api.get(f"/api/v1/orders/{query}"))  # noqa: B023 - called at once
            assert found == expected, query
        assert cost(lambda: api.get(f"/api/v1/customers/{customer.pk}/orders/")) == TOKEN + 3
        with_everything()


def test_a_list_shows_each_order_as_it_is_shown_by_itself(api: Client) -> None:
    orders = [OrderFactory(status="CANCELLED").pk, *with_everything()]

    listed = api.get("/api/v1/orders/?ordering=id").json()["results"]

    assert listed == [api.get(f"/api/v1/orders/{order}/").json() for order in orders]


def test_lists_of_products_and_customers_cost_one_statement(api: Client) -> None:
    OrderFactory()

    for path in ("products", "customers"):
        assert cost(lambda: api.get(f"/api/v1/{path}/")) == TOKEN + 1  # noqa: B023 - called at once


# Acts


@pytest.mark.parametrize("addresses", [{}, {"shipping_address": HOME, "billing_address": None}], ids=["no", "given"])
@pytest.mark.parametrize(("keys", "most"), [(False, TOKEN + 6), (True, TOKEN + 8)])
def test_placing_an_order_costs_six_statements_eight_with_a_key_and_one_for_the_customers_addresses(
    api: Client, keys: bool, most: int, addresses: dict[str, Any]
) -> None:
    world = World.with_order("PENDING")
    line = {"product_id": world.product, "quantity": 1}
    body = {"customer_id": world.customer, "items": [line], **addresses}
    numbers = iter("ab")

    assert cost(
        lambda: call(
            api, ("post", "order-list"), world, body, **({"Idempotency-Key": next(numbers)} if keys else {})
        )
    ) == most + (not addresses)  # fmt: skip


def test_an_act_costs_four_statements_whatever_is_beside_the_order(api: Client) -> None:
    """It locks the order, reads it whole, writes its header and its event."""
    for order in (OrderFactory().pk, *with_everything()):
        note = f"/api/v1/orders/{order}/notes/"
        rehearsed = cost(lambda: api.post(f"{note}?dry_run=true", {"text": "x"}, content_type="application/json"))  # noqa: B023
        assert rehearsed == TOKEN + 4 + 1  # what is shown is the event
