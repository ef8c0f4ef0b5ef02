"""Orders that nobody went on with: the worker cancels them after the time that was set."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from common.tests.racing import Meeting, meet_after, race
from events.models import Event
from orders import consumers, services
from orders.models import Order, OrderQuerySet
from orders.services import acts
from orders.tests.factories import ACTOR, HoldFactory, OrderFactory, PaymentFactory
from products.models import Product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def after_a_day(settings: Any) -> None:
    settings.OMS_PENDING_EXPIRES_AFTER_HOURS = 24


def aged(order: Order, *, placed: int = 25, touched: int = 25) -> Order:
    """As if so many hours had passed since it was placed, and since somebody touched it last."""
    now = timezone.now()
    Order.objects.filter(pk=order.pk).update(
        created_at=now - timedelta(hours=placed), updated_at=now - timedelta(hours=touched)
    )
    return order


def expired() -> list[int]:
    events = Event.objects.filter(type="order.cancelled").order_by("position")
    return list(events.values_list("aggregateid", flat=True))


def test_a_stale_order_is_cancelled_by_the_worker_and_its_stock_is_back() -> None:
    order = aged(OrderFactory())

    assert consumers.expire_stale_orders() is False

    event = Event.objects.get(aggregateid=order.pk, type="order.cancelled")
    assert (event.actor, event.payload["reason"], event.payload["reason_code"]) == (
        "command:worker", "Expired", "expired",
    )  # fmt: skip
    assert Order.objects.get(pk=order.pk).status == "CANCELLED"
    assert Product.objects.get(pk=order.lines[0].product_id).stock_quantity == 10


def test_what_is_fresh_touched_held_paid_or_agreed_to_stays() -> None:
    fresh = aged(OrderFactory(), placed=23, touched=23)
    imported = aged(OrderFactory(), placed=9_000, touched=1)  # by its date of the business; it came an hour ago
    held, paid, confirmed = OrderFactory(), OrderFactory(), OrderFactory(status="CONFIRMED")
    HoldFactory(order_id=held.pk)
    PaymentFactory(order_id=paid.pk)
    for order in (held, paid, confirmed):
        aged(order)

    consumers.expire_stale_orders()

    assert expired() == []
    statuses = Order.objects.in_bulk([order.pk for order in (fresh, imported, held, paid, confirmed)])
    assert [order.status for order in statuses.values()].count("PENDING") == 4


def test_a_released_hold_and_a_payment_that_went_back_protect_no_more() -> None:
    hold, payment = HoldFactory(), PaymentFactory()
    services.release_hold(hold.order_id, hold.pk, actor=ACTOR)
    services.refund_payment(payment.order_id, payment.pk, amount_cents=100, reason="x", actor=ACTOR)
    for pk in (hold.order_id, payment.order_id):
        aged(Order.objects.get(pk=pk))

    consumers.expire_stale_orders()

    assert sorted(expired()) == sorted([hold.order_id, payment.order_id])


def test_zero_hours_is_never(settings: Any, django_assert_num_queries: Any) -> None:
    settings.OMS_PENDING_EXPIRES_AFTER_HOURS = 0
    aged(OrderFactory(), placed=9_000, touched=9_000)

    with django_assert_num_queries(0):
        assert consumers.expire_stale_orders() is False


def test_it_goes_in_small_pieces_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "BATCH", 2)
    middle, newest, oldest = (aged(OrderFactory(), placed=hours).pk for hours in (40, 30, 50))

    assert (consumers.expire_stale_orders(), expired()) == (True, [oldest, middle])
    assert (consumers.expire_stale_orders(), expired()) == (False, [oldest, middle, newest])


def test_an_order_that_somebody_went_on_with_after_it_was_found_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    order, other = (aged(OrderFactory()) for _ in range(2))
    found = consumers._stale_orders()
    monkeypatch.setattr(consumers, "_stale_orders", lambda: found)
    services.confirm_order(order.pk, actor=ACTOR)

    consumers.expire_stale_orders()

    assert Order.objects.get(pk=order.pk).status == "CONFIRMED"
    assert expired() == [other.pk]


# Two workers at once


def unlocked(queryset: QuerySet[Any]) -> QuerySet[Any]:
    return queryset.order_by("pk")


def stock_after_two_workers(monkeypatch: pytest.MonkeyPatch, patience: float) -> tuple[int, int]:
    """Both have found the order before one of them looks at it; its stock and how often it was cancelled."""
    order = aged(OrderFactory())
    meet_after(monkeypatch, consumers, "_stale_orders", Meeting(patience=10))
    meet_after(monkeypatch, acts, "lock_order", Meeting(patience=patience))
    step: Callable[[], Any] = consumers.expire_stale_orders

    assert race(step, step) == [False, False]

    return Product.objects.get(pk=order.lines[0].product_id).stock_quantity, len(expired())


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_cancel_an_order_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert stock_after_two_workers(monkeypatch, 0.25) == (10, 1)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_both_put_its_stock_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OrderQuerySet, "locked", unlocked)

    assert stock_after_two_workers(monkeypatch, 10) == (12, 2)
