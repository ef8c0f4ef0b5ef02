"""Who ships, gives up and takes back the same units of an order: each race with its control."""

import pytest

from common.tests.racing import Meeting, codes, meet_after, race
from common.transactions import run
from orders import services
from orders.models import Order, OrderQuerySet, units
from orders.services import ItemUnits, Line, returning
from orders.tests.factories import ACTOR, OrderFactory
from orders.tests.rivals import Act, available, cancelling_of, unlocked
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def product() -> Product:
    return ProductFactory(stock_quantity=5)


# Ship and ship, of the last open units; ship and short-close


def of(order: Order, quantity: int) -> list[ItemUnits]:
    return [ItemUnits(order.lines[0].pk, quantity)]


def shipping_part_of(order: Order, quantity: int) -> Act:
    return lambda: run(lambda: services.ship_order(order.pk, lines=of(order, quantity), actor=ACTOR))


def short_closing_of(order: Order, quantity: int) -> Act:
    lines = of(order, quantity)
    return lambda: run(lambda: services.short_close(order.pk, lines=lines, reason="race", actor=ACTOR))


@pytest.fixture
def half_shipped(product: Product) -> Order:
    """Of five units two have left."""
    order = OrderFactory(lines=[Line(5, product.pk)], status="CONFIRMED")
    return services.ship_order(order.pk, lines=of(order, 2), actor=ACTOR)


def units_of(order: Order) -> tuple[int, int]:
    """How many have left, and how many were short-closed, whatever was ordered."""
    stored = Order.objects.with_lines().get(pk=order.pk)
    return units.shipped(stored).total(), units.short_closed(stored).total()


def race_on_the_open_units(monkeypatch: pytest.MonkeyPatch, patience: float, *acts: Act) -> list[str]:
    meet_after(monkeypatch, Order, "require", Meeting(patience=patience))
    return codes(race(*acts))


def test_two_ship_the_last_units_and_they_leave_once(monkeypatch: pytest.MonkeyPatch, half_shipped: Order) -> None:
    acts = [shipping_part_of(half_shipped, 2), shipping_part_of(half_shipped, 2)]

    assert race_on_the_open_units(monkeypatch, 0.25, *acts) == ["done", "more_than_open"]
    assert units_of(half_shipped) == (4, 0)


def test_control_without_the_lock_units_leave_twice(monkeypatch: pytest.MonkeyPatch, half_shipped: Order) -> None:
    monkeypatch.setattr(OrderQuerySet, "locked", unlocked)
    acts = [shipping_part_of(half_shipped, 2), shipping_part_of(half_shipped, 2)]

    assert race_on_the_open_units(monkeypatch, 10, *acts) == ["done", "done"]
    assert units_of(half_shipped) == (6, 0)  # of five


def test_the_last_units_are_shipped_or_short_closed_never_both(
    monkeypatch: pytest.MonkeyPatch, half_shipped: Order, product: Product
) -> None:
    outcomes = race_on_the_open_units(
        monkeypatch, 0.25, shipping_part_of(half_shipped, 3), short_closing_of(half_shipped, 3)
    )

    assert outcomes == ["done", "invalid_transition"]
    assert units_of(half_shipped) in ((5, 0), (2, 3))
    assert available(product) == units_of(half_shipped)[1]


def test_control_without_the_lock_units_are_shipped_and_short_closed(
    monkeypatch: pytest.MonkeyPatch, half_shipped: Order
) -> None:
    monkeypatch.setattr(OrderQuerySet, "locked", unlocked)

    acts = [shipping_part_of(half_shipped, 2), short_closing_of(half_shipped, 2)]

    assert race_on_the_open_units(monkeypatch, 10, *acts) == ["done", "done"]
    assert units_of(half_shipped) == (4, 2)  # of five


def test_an_order_is_shipped_in_part_or_cancelled_never_both(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    order = OrderFactory(lines=[Line(5, product.pk)], status="CONFIRMED")

    outcomes = race_on_the_open_units(monkeypatch, 0.25, shipping_part_of(order, 2), cancelling_of(order))

    assert outcomes in (["already_dispatched", "done"], ["done", "invalid_transition"])
    assert (units_of(order)[0], available(product)) in ((2, 0), (0, 5))


def test_control_without_the_lock_only_the_database_stands_between_a_part_and_a_cancel(
    monkeypatch: pytest.MonkeyPatch, product: Product
) -> None:
    monkeypatch.setattr(OrderQuerySet, "locked", unlocked)
    order = OrderFactory(lines=[Line(5, product.pk)], status="CONFIRMED")

    outcomes = race_on_the_open_units(monkeypatch, 10, shipping_part_of(order, 2), cancelling_of(order))

    assert outcomes not in (["already_dispatched", "done"], ["done", "invalid_transition"])


# Receive and receive, of one return


def race_to_receive(monkeypatch: pytest.MonkeyPatch, product: Product, patience: float) -> list[str]:
    order = OrderFactory(lines=[Line(3, product.pk)], status="SHIPPED")
    sent_back = services.request_return(order.pk, reason="race", actor=ACTOR).sent_back[0].pk
    meet_after(monkeypatch, returning, "_require", Meeting(patience=patience))

    def receive() -> Order:
        return services.receive_return(order.pk, sent_back, disposition="restock", actor=ACTOR)

    return codes(race(*[lambda: run(receive)] * 2))


def test_two_receive_a_return_and_the_stock_comes_back_once(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    assert race_to_receive(monkeypatch, product, 0.25) == ["done", "invalid_transition"]
    assert available(product) == 5


def test_control_without_the_lock_a_return_is_restocked_twice(
    monkeypatch: pytest.MonkeyPatch, product: Product
) -> None:
    monkeypatch.setattr(OrderQuerySet, "locked", unlocked)

    outcomes = race_to_receive(monkeypatch, product, 10)

    assert outcomes != ["done", "invalid_transition"]
    assert outcomes == ["done", "done"] and available(product) == 8
