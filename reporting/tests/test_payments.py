"""What came in, what went back and what is open, against plain Python over what was recorded."""

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from common.errors import DomainError
from orders import services
from orders.models import Order, Payment, Refund
from orders.tests.factories import ACTOR, OrderFactory
from reporting.steps import first_day_of
from reporting.tests.asking import rows
from reporting.tests.books import local_date, net_of, set_created_at, write_book

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

RANGES: tuple[tuple[date | None, date | None], ...] = (
    (None, None),
    (date(2024, 3, 1), date(2024, 4, 7)),
    (date(2024, 4, 1), None),
)


def keep_books() -> None:
    """Payments of all methods, some refunded in part, in whole or not at all, some voided, on many days."""
    dice = random.Random(5)
    book = write_book()
    acts: list[Callable[[Order], Any]] = [
        lambda order: services.record_payment(
            order.pk,
            method=dice.choice(list(Payment.Method)),
            amount_cents=dice.randint(1, 2 * order.total_cents + 1),
            actor=ACTOR,
            received_at=datetime(2024, 3, 31, 0, 30, tzinfo=UTC) + timedelta(hours=dice.randint(-400, 400)),
        ),
        lambda order: services.refund_payment(
            order.pk, dice.choice(paid(order)).pk, amount_cents=dice.randint(1, 500), reason="test", actor=ACTOR
        ),
        lambda order: services.void_payment(order.pk, dice.choice(paid(order)).pk, reason="test", actor=ACTOR),
    ]
    for _ in range(150):
        order = dice.choice(book)
        try:
            dice.choices(acts, [5, 4, 1])[0](Order.objects.get(pk=order.pk))
        except (DomainError, IndexError):
            continue
    for refund in Refund.objects.all():
        moment = datetime(2024, 4, 6, 15, tzinfo=UTC) + timedelta(hours=dice.randint(-400, 400))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE order_refunds SET refunded_at = %s WHERE id = %s", [moment, refund.pk])


def paid(order: Order) -> list[Payment]:
    return list(Payment.objects.filter(order=order).order_by("pk"))


def cash_book(zone: str, by: str, first: date | None, end: date | None) -> dict[tuple[date, str], list[int]]:
    entries = [
        (payment.received_at, str(payment.method), (1, payment.amount_cents, 0, 0))
        for payment in Payment.objects.filter(voided_at=None)
    ]
    entries += [
        (refund.refunded_at, str(refund.payment.method), (0, 0, 1, refund.amount_cents))
        for refund in Refund.objects.select_related("payment")
    ]
    found: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for moment, method, sums in entries:
        day = local_date(Order(created_at=moment), zone)
        if (first is None or day >= first) and (end is None or day < end):
            cell = found[first_day_of(by, day), method]
            for place, value in enumerate(sums):
                cell[place] += value
    return dict(found)


def test_what_came_in_and_went_back_is_exact_on_every_day() -> None:
    keep_books()
    assert Refund.objects.count() > 10 and Payment.objects.exclude(voided_at=None).exists()

    for zone in ("Europe/Berlin", "Australia/Lord_Howe"):
        for by in ("day", "week", "quarter"):
            for first, end in RANGES:
                given = {name: day.isoformat() for name, day in (("from", first), ("to", end)) if day}
                told = rows("payments", tz=zone, by=by, **given)
                assert {
                    (row["starts_on"], row["method"]): [
                        row["payments"],
                        row["received_cents"],
                        row["refunds"],
                        row["refunded_cents"],
                    ]
                    for row in told
                } == cash_book(zone, by, first, end), (zone, by, first, end)
                for row in told:
                    assert row["net_received_cents"] == row["received_cents"] - row["refunded_cents"]


def test_all_that_came_in_is_what_the_orders_say_was_paid() -> None:
    keep_books()

    told = rows("payments", by="quarter")

    for figure, name in (("received_cents", "paid_cents"), ("refunded_cents", "refunded_cents")):
        assert sum(row[figure] for row in told) == sum(Order.objects.values_list(name, flat=True))


def balance(order: Order) -> int:
    payments = [payment for payment in order.payments.all() if payment.voided_at is None]
    back = sum(refund.amount_cents for refund in order.refunds.all())
    return net_of(order) - sum(payment.amount_cents for payment in payments) + back


def test_open_balances_are_all_that_is_not_settled_the_largest_first() -> None:
    keep_books()
    settled = OrderFactory()
    services.record_payment(settled.pk, method="cash", amount_cents=settled.total_cents, actor=ACTOR)
    today = timezone.now().date()

    for first, end in RANGES:
        given = {name: day.isoformat() for name, day in (("from", first), ("to", end)) if day}
        book = [
            order
            for order in Order.objects.prefetch_related("items", "payments", "refunds").select_related("customer")
            if (not first or local_date(order, "UTC") >= first) and (not end or local_date(order, "UTC") < end)
        ]
        expected = sorted((-balance(order), order.pk) for order in book if balance(order))
        told = rows("open-balances", **given)
        assert [(-row["balance_cents"], int(row["order_number"].removeprefix("SO-"))) for row in told] == expected
        orders = {order.number: order for order in book}
        for row in told:
            order = orders[row["order_number"]]
            assert row["due_cents"] - row["paid_cents"] + row["refunded_cents"] == row["balance_cents"]
            assert (row["email"], row["placed_on"]) == (order.customer.email, local_date(order, "UTC"))
            assert (row["age_days"], row["status"]) == ((today - row["placed_on"]).days, str(order.status))
    assert settled.number not in {row["order_number"] for row in rows("open-balances")}


def test_what_was_paid_for_a_cancelled_order_is_owed_to_the_customer() -> None:
    order = OrderFactory()
    set_created_at(order.pk, datetime(2024, 1, 1, tzinfo=UTC))
    services.record_payment(order.pk, method="card", amount_cents=700, actor=ACTOR)
    assert [row["balance_cents"] for row in rows("open-balances")] == [order.total_cents - 700]

    services.cancel_order(order.pk, actor=ACTOR, reason="test")

    assert [(row["due_cents"], row["balance_cents"]) for row in rows("open-balances")] == [(0, -700)]


def test_what_will_never_come_is_not_due() -> None:
    order = OrderFactory(status="CONFIRMED")
    (item,) = order.items.all()

    services.short_close(order.pk, lines=[services.ItemUnits(item.pk, 1)], actor=ACTOR, reason="gone")

    (row,) = rows("open-balances")
    assert row["due_cents"] == row["balance_cents"] == order.total_cents - item.unit_price_cents
