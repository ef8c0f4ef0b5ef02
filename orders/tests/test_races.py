"""Orders under concurrency: threads against the real database, and each race with its control."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.db.models import QuerySet

from common.tests.racing import Meeting, codes, meet_after, race, watch_states
from common.transactions import run
from customers.tests.factories import CustomerFactory
from events.models import Event
from orders import services
from orders.models import Order, OrderQuerySet, Payment, Refund, units
from orders.services import ItemUnits, Line, counting, demand, editing, payments, placing, returning
from orders.tests.factories import ACTOR, OrderFactory, PaymentFactory
from products.models import Product, ProductQuerySet
from products.services import acts as product_services
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)

Act = Callable[[], Any]


def unlocked(queryset: QuerySet[Any]) -> QuerySet[Any]:
    return queryset.order_by("pk")


@pytest.fixture
def product() -> Product:
    return ProductFactory(stock_quantity=5)


def placing_of(*lines: Line) -> Act:
    customer_id = CustomerFactory().pk
    return lambda: run(lambda: services.place_order(customer_id=customer_id, lines=list(lines), actor=ACTOR))


def editing_of(order: Order, *lines: Line) -> Act:
    return lambda: run(lambda: services.edit_items(order.pk, lines=list(lines), actor=ACTOR))


def cancelling_of(order: Order) -> Act:
    return lambda: run(lambda: services.cancel_order(order.pk, actor=ACTOR, reason="race"))


def shipping_of(order: Order) -> Act:
    return lambda: run(lambda: services.ship_order(order.pk, actor=ACTOR))


def holding_of(order: Order) -> Act:
    return lambda: run(lambda: services.place_hold(order.pk, kind="stock", reason="race", actor=ACTOR))


def refunding_of(payment: Payment, cents: int) -> Act:
    return lambda: run(
        lambda: services.refund_payment(payment.order_id, payment.pk, amount_cents=cents, reason="race", actor=ACTOR)
    )


def adjusting_of(product: Product, delta: int) -> Act:
    return lambda: run(lambda: product_services.adjust_stock(product.pk, actor=ACTOR, delta=delta, reason="race"))


def counting_of(product: Product, counted: int, *, expected: int) -> Act:
    def act() -> Product:
        return services.count_shelf(product.pk, actor=ACTOR, counted=counted, expected_on_hand=expected, reason="race")

    return lambda: run(act)


def available(product: Product) -> int:
    return Product.objects.get(pk=product.pk).stock_quantity


def adds_up(product: Product, initial: int) -> bool:
    """Whether what is available and what open and shipped orders hold is what there was."""
    held = Order.objects.exclude(status="CANCELLED").filter(items__product=product)
    return available(product) + sum(held.values_list("items__quantity", flat=True)) == initial


# The last unit


def race_for_the_last_unit(monkeypatch: pytest.MonkeyPatch, patience: float) -> list[str]:
    product = ProductFactory(stock_quantity=1)
    acts = [placing_of(Line(1, product.pk)) for _ in range(2)]
    meet_after(monkeypatch, placing, "require_available", Meeting(patience=patience))

    return codes(race(*acts))


def test_one_of_two_gets_the_last_unit_and_the_other_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race_for_the_last_unit(monkeypatch, 0.25) == ["done", "insufficient_stock"]


def test_control_without_the_lock_both_see_the_last_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProductQuerySet, "locked", unlocked)

    # Both looked and found one: only the last guard, the constraint, still stands.
    assert race_for_the_last_unit(monkeypatch, 10) == ["done", "validation_error"]


def test_many_never_sell_more_than_there_is(product: Product) -> None:
    outcomes = race(*[placing_of(Line(1, product.pk)) for _ in range(12)])

    assert codes(outcomes) == ["done"] * 5 + ["insufficient_stock"] * 7
    assert available(product) == 0


# Opposite order of lines


def test_lines_in_opposite_order_never_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    products = [ProductFactory(stock_quantity=100) for _ in range(6)]
    lines = [Line(1, product.pk) for product in products]
    turns = [lines, lines[::-1], lines[3:] + lines[:3], lines[::-2] + lines[::2]]
    states = watch_states(monkeypatch)

    for _ in range(3):
        assert codes(race(*[placing_of(*turn) for turn in turns * 2])) == ["done"] * 8

    assert states == []
    assert {available(product) for product in products} == {76}


def test_control_unsorted_locks_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = ProductFactory(), ProductFactory()
    meeting, turn = Meeting(patience=10), count()

    def one_by_one(*, ids: set[int], skus: set[str]) -> list[Product]:
        locked = []
        attempt = next(turn)
        for product_id in sorted(ids, reverse=attempt == 1):
            locked.append(Product.objects.locked().get(pk=product_id))
            if attempt < 2 and len(locked) == 1:
                meeting.wait()
        return locked

    monkeypatch.setattr(demand, "lock_products", one_by_one)
    states = watch_states(monkeypatch)

    outcomes = race(*[placing_of(Line(1, first.pk), Line(1, second.pk)) for _ in range(2)])

    assert states == ["40P01"]
    assert codes(outcomes) == ["done", "done"]  # the one that was chosen to yield was tried again


# Cancel and cancel


def race_to_cancel(monkeypatch: pytest.MonkeyPatch, patience: float) -> tuple[list[str], int]:
    order = OrderFactory()
    meet_after(monkeypatch, Order, "require", Meeting(patience=patience))

    outcomes = race(cancelling_of(order), cancelling_of(order))

    return codes(outcomes), Product.objects.get(pk=order.lines[0].product_id).stock_quantity


def test_two_cancel_and_the_stock_comes_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race_to_cancel(monkeypatch, 0.25) == (["done", "invalid_transition"], 10)


def test_control_without_the_lock_the_stock_comes_back_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OrderQuerySet, "locked", unlocked)

    assert race_to_cancel(monkeypatch, 10) == (["done", "done"], 12)


# Ship and cancel


def race_to_ship_and_cancel(monkeypatch: pytest.MonkeyPatch, patience: float) -> list[str]:
    order = OrderFactory(status="CONFIRMED")
    meet_after(monkeypatch, Order, "require", Meeting(patience=patience))

    return codes(race(shipping_of(order), cancelling_of(order)))


def test_an_order_is_shipped_or_cancelled_never_both(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race_to_ship_and_cancel(monkeypatch, 0.25) == ["done", "invalid_transition"]


def test_control_without_the_lock_only_the_database_stands_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OrderQuerySet, "locked", unlocked)

    assert race_to_ship_and_cancel(monkeypatch, 10) == ["done", "validation_error"]


# Hold and ship


def race_to_hold_and_ship(monkeypatch: pytest.MonkeyPatch, patience: float) -> list[str]:
    order = OrderFactory(status="CONFIRMED")
    meet_after(monkeypatch, Order, "require", Meeting(patience=patience))

    return codes(race(holding_of(order), shipping_of(order)))


def test_an_order_is_held_or_shipped_never_both(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race_to_hold_and_ship(monkeypatch, 0.25) in (["done", "on_hold"], ["done", "invalid_transition"])


def test_control_without_the_lock_what_is_held_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OrderQuerySet, "locked", unlocked)

    # Both are done, or the hold would take the order back to CONFIRMED and only the database refuses that.
    assert race_to_hold_and_ship(monkeypatch, 10) in (["done", "done"], ["done", "validation_error"])


# Refund and refund


def race_to_refund(monkeypatch: pytest.MonkeyPatch, patience: float) -> tuple[list[str], int, int]:
    payment = PaymentFactory(amount_cents=100)
    meet_after(monkeypatch, payments, "_require_refundable", Meeting(patience=patience))

    outcomes = race(refunding_of(payment, 60), refunding_of(payment, 60))

    refunds = Refund.objects.filter(payment=payment).values_list("amount_cents", flat=True)
    return codes(outcomes), sum(refunds), Payment.objects.get(pk=payment.pk).refunded_cents


def test_two_people_refund_the_same_payment_and_the_money_goes_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A complaint about others: two people refunded the same payment."""
    assert race_to_refund(monkeypatch, 0.25) == (["done", "refund_too_large"], 60, 60)


def test_control_without_the_lock_more_goes_back_than_came_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OrderQuerySet, "locked", unlocked)

    # Each set the header and the payment to what it saw and added to: the database has nothing to refuse.
    assert race_to_refund(monkeypatch, 10) == (["done", "done"], 120, 60)


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


# Edit and cancel


def race_to_edit_and_cancel(monkeypatch: pytest.MonkeyPatch, product: Product, patience: float) -> list[str]:
    order = OrderFactory(lines=[Line(2, product.pk)])
    meet_after(monkeypatch, Order, "require", Meeting(patience=patience))

    return codes(race(editing_of(order, Line(5, product.pk)), cancelling_of(order)))


def test_editing_and_cancelling_leave_the_stock_right(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    outcomes = race_to_edit_and_cancel(monkeypatch, product, 0.25)

    assert outcomes in (["done", "done"], ["done", "not_editable"])
    assert available(product) == 5


def test_control_without_the_lock_an_edit_and_a_cancel_part_stock_from_order(
    monkeypatch: pytest.MonkeyPatch, product: Product
) -> None:
    monkeypatch.setattr(OrderQuerySet, "locked", unlocked)

    outcomes = race_to_edit_and_cancel(monkeypatch, product, 10)

    assert "validation_error" in outcomes or available(product) != 5


# Edit and a new order, for the last units


def race_for_the_last_units(monkeypatch: pytest.MonkeyPatch, product: Product, patience: float) -> list[str]:
    order = OrderFactory(lines=[Line(2, product.pk)])
    meeting = Meeting(patience=patience)
    meet_after(monkeypatch, editing, "require_available", meeting)
    meet_after(monkeypatch, placing, "require_available", meeting)

    return codes(race(editing_of(order, Line(5, product.pk)), placing_of(Line(3, product.pk))))


def test_an_edit_and_a_new_order_share_the_last_units(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    assert race_for_the_last_units(monkeypatch, product, 0.25) == ["done", "insufficient_stock"]
    assert available(product) == 0 and adds_up(product, 5)


def test_control_without_the_lock_both_see_the_last_units(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    monkeypatch.setattr(ProductQuerySet, "locked", unlocked)

    assert race_for_the_last_units(monkeypatch, product, 10) == ["done", "validation_error"]


# Receipts and orders


def race_to_receive_and_order(monkeypatch: pytest.MonkeyPatch, product: Product, patience: float) -> list[str]:
    meet_after(monkeypatch, product_services, "lock_product", Meeting(patience=patience))
    orders = [placing_of(Line(1, product.pk)) for _ in range(5)]

    return codes(race(adjusting_of(product, 7), adjusting_of(product, 4), *orders))


def test_receipts_and_orders_add_up(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    assert race_to_receive_and_order(monkeypatch, product, 0.25) == ["done"] * 7

    received = Product.objects.get(pk=product.pk)
    assert (received.stock_quantity, received.version, received.stock_seq) == (11, 3, 8)
    assert Event.objects.filter(aggregatetype="product", aggregateid=product.pk).count() == 3
    assert adds_up(product, 16)


def test_control_without_the_lock_one_receipt_overtakes_the_other(
    monkeypatch: pytest.MonkeyPatch, product: Product
) -> None:
    monkeypatch.setattr(ProductQuerySet, "locked", unlocked)

    assert "duplicate" in race_to_receive_and_order(monkeypatch, product, 10)


# A product counted while it is being sold


def test_a_count_and_orders_leave_what_was_counted(product: Product) -> None:
    outcomes = race(counting_of(product, 9, expected=5), *[placing_of(Line(1, product.pk)) for _ in range(5)])

    assert codes(outcomes) == ["done"] * 6
    assert available(product) + services.reserved_units(product.pk) == 9


def race_to_count_and_order(monkeypatch: pytest.MonkeyPatch, product: Product, patience: float) -> list[str]:
    """An order is placed between the two looks of a count: at what is available, and at what is reserved."""
    meeting, place = Meeting(patience=patience), placing_of(Line(1, product.pk))
    meet_after(monkeypatch, counting, "lock_product", meeting)

    def place_and_meet() -> None:
        place()
        meeting.wait()

    return codes(race(counting_of(product, 9, expected=5), place_and_meet))


def test_a_count_looks_at_one_moment(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    assert race_to_count_and_order(monkeypatch, product, 0.25) == ["done", "done"]
    assert available(product) == 8


def test_control_without_the_lock_a_unit_is_counted_twice(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    monkeypatch.setattr(ProductQuerySet, "locked", unlocked)

    assert race_to_count_and_order(monkeypatch, product, 10) == ["done", "stock_mismatch"]
