"""Two people and one order: each race with its control."""

import pytest

from common.tests.racing import Meeting, codes, meet_after, race
from orders.models import Order, OrderQuerySet, Payment, Refund
from orders.services import Line, payments
from orders.tests.factories import OrderFactory, PaymentFactory
from orders.tests.rivals import available, cancelling_of, editing_of, holding_of, refunding_of, shipping_of, unlocked
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def product() -> Product:
    return ProductFactory(stock_quantity=5)


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
