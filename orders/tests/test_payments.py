"""Money that comes in for an order and goes back, and what the order says of it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from common.tests.attacks import refusal
from common.tests.contents import contents
from common.transactions import run
from events.models import Event
from orders import services
from orders.errors import NotVoidable, RefundTooLarge
from orders.models import Order, Payment, Refund
from orders.services import ItemUnits, Line
from orders.tests.factories import ACTOR, OrderFactory, PaymentFactory, move_to
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

WHEN = "2026-01-31T12:00:00Z"


def order_of(total_cents: int, **more: Any) -> Order:
    product = ProductFactory(price_cents=total_cents)
    return OrderFactory(lines=[Line(1, product.pk)], **more)


def money(order: Order) -> tuple[int, int, int, int, str]:
    """What an order says of what is due, came in, went back and is missing."""
    now = Order.objects.get(pk=order.pk)
    return now.due_cents, now.paid_cents, now.refunded_cents, now.balance_cents, now.payment_state


def pay(order: Order, cents: int) -> Payment:
    return PaymentFactory(order_id=order.pk, amount_cents=cents)


def refund(payment: Payment, cents: int) -> Order:
    return run(
        lambda: services.refund_payment(payment.order_id, payment.pk, amount_cents=cents, reason="Broken", actor=ACTOR)
    )


def post(api: Client, path: str, body: Any, **headers: str) -> Any:
    return api.post(f"/api/v1/orders/{path}", body, content_type="application/json", headers=headers)


# The state


@pytest.mark.parametrize(
    ("paid", "refunded", "state"),
    [
        ([], 0, "unpaid"),
        ([40], 0, "partial"),
        ([40, 60], 0, "paid"),
        ([101], 0, "overpaid"),
        ([100], 1, "partial"),
        ([100], 100, "refunded"),
        ([150], 50, "paid"),
    ],
)
def test_the_state_follows_from_what_came_in_and_went_back(paid: list[int], refunded: int, state: str) -> None:
    order = order_of(100)
    payments = [pay(order, cents) for cents in paid]
    if refunded:
        refund(payments[0], refunded)

    assert money(order) == (100, sum(paid), refunded, 100 - sum(paid) + refunded, state)


def test_an_order_of_nothing_is_paid_from_the_start(api: Client) -> None:
    order = order_of(0)

    assert money(order) == (0, 0, 0, 0, "paid")
    assert order.payment_state == "paid"  # as it was answered


def test_an_edit_changes_what_is_due() -> None:
    order = order_of(100)
    pay(order, 100)

    edited = services.edit_items(order.pk, lines=[Line(2, order.lines[0].product_id)], actor=ACTOR)

    assert (edited.balance_cents, edited.payment_state) == (100, "partial")
    assert money(order) == (200, 100, 0, 100, "partial")


def test_cancelling_leaves_nothing_due_and_what_came_in_to_be_refunded() -> None:
    unpaid, paid = order_of(100), order_of(100)
    payment = pay(paid, 100)

    for order in (unpaid, paid):
        services.cancel_order(order.pk, reason="Late", actor=ACTOR)
    assert (money(unpaid), money(paid)) == ((0, 0, 0, 0, "paid"), (0, 100, 0, -100, "overpaid"))

    refund(payment, 100)
    assert money(paid) == (0, 100, 100, 0, "refunded")


def test_what_will_never_come_is_not_due() -> None:
    order = OrderFactory(lines=[Line(2, ProductFactory(price_cents=100).pk)], status="CONFIRMED")
    pay(order, 100)
    item = order.lines[0].pk
    services.ship_order(order.pk, lines=[ItemUnits(item, 1)], actor=ACTOR)

    closed = services.short_close(order.pk, lines=[ItemUnits(item, 1)], reason="Broken", actor=ACTOR)

    assert (closed.total_cents, closed.payment_state) == (200, "paid")
    assert money(order) == (100, 100, 0, 0, "paid")


@pytest.mark.parametrize("status", Order.Status.values)
def test_a_payment_can_be_recorded_in_any_status(status: str, api: Client) -> None:
    order = order_of(100, status=status)

    answer = post(api, f"{order.pk}/payments/", {"method": "cash", "amount_cents": 100})

    assert (answer.status_code, answer["ETag"]) == (201, f'"{order.version + 1}"')
    assert money(order)[4] == ("overpaid" if status == "CANCELLED" else "paid")


# Recording, refunding, voiding


def test_a_payment_is_kept_with_who_recorded_it_and_told_in_an_event(api: Client) -> None:
    order = order_of(100)
    body = {"method": "bank_transfer", "amount_cents": 60, "reference": "TX-7", "received_at": WHEN}

    shown = post(api, f"{order.pk}/payments/", body).json()

    event = Event.objects.get(aggregatetype="order", aggregateid=order.pk, version=2)
    assert body.items() <= shown.items()
    assert (event.type, event.actor, event.personal) == ("order.payment_recorded", shown["recorded_by"], None)
    assert event.payload["payment_id"] == shown["id"]
    assert event.payload["amount_cents"] == 60
    assert api.get(f"/api/v1/orders/{order.pk}/payments/").json()["results"] == [shown]


def test_a_repeated_request_records_one_payment(api: Client) -> None:
    order = order_of(100)
    body = {"method": "card", "amount_cents": 100}

    answers = [post(api, f"{order.pk}/payments/", body, **{"Idempotency-Key": "TX-7"}) for _ in range(2)]

    assert answers[0].content == answers[1].content
    assert money(order) == (100, 100, 0, 0, "paid")


def test_a_payment_to_come_or_before_all_books_is_refused(api: Client) -> None:
    order = order_of(100)
    before = contents()

    for received_at, code in (("2099-01-01T00:00Z", "in_future"), ("0001-01-01T00:00Z", "too_early")):
        body = {"method": "card", "amount_cents": 1, "received_at": received_at}
        answer = post(api, f"{order.pk}/payments/", body)

        (fault,) = answer.json()["errors"]
        assert (answer.status_code, fault["pointer"], fault["code"]) == (400, "/received_at", code)
    assert contents() == before


def test_a_refund_is_kept_with_who_made_it_and_told_in_an_event(api: Client) -> None:
    order = order_of(100)
    payment = pay(order, 100)

    body = {"payment_id": payment.pk, "amount_cents": 30, "reason": "Broken", "reference": "TX-9"}
    shown = post(api, f"{order.pk}/refunds/", body).json()

    event = Event.objects.get(aggregatetype="order", aggregateid=order.pk, version=3)
    assert body.items() <= shown.items()
    assert (event.type, event.actor, event.payload["refund_id"]) == (
        "order.payment_refunded", shown["refunded_by"], shown["id"],
    )  # fmt: skip
    assert api.get(f"/api/v1/orders/{order.pk}/refunds/").json()["results"] == [shown]
    assert api.get(f"/api/v1/orders/{order.pk}/payments/").json()["results"][0]["refunded_cents"] == 30


def test_no_more_is_refunded_than_is_left_of_the_payment(api: Client) -> None:
    order = order_of(100)
    payment, _ = pay(order, 60), pay(order, 40)
    refund(payment, 50)
    before = contents()

    answer = post(api, f"{order.pk}/refunds/", {"payment_id": payment.pk, "amount_cents": 11, "reason": "Broken"})

    assert (answer.status_code, answer.json()["code"], answer.json()["refundable_cents"]) == (
        409, "refund_too_large", 10,
    )  # fmt: skip
    assert contents() == before


def test_a_payment_of_another_order_is_not_found(api: Client) -> None:
    payment, other = pay(order_of(100), 100), order_of(100)
    pay(other, 100)

    answer = post(api, f"{other.pk}/refunds/", {"payment_id": payment.pk, "amount_cents": 1, "reason": "Broken"})

    assert answer.status_code == 404
    assert post(api, f"{other.pk}/payments/{payment.pk}/void/", {"reason": "x"}).status_code == 404
    assert not Refund.objects.exists()


def test_a_payment_recorded_by_mistake_is_voided_and_counts_for_nothing(api: Client) -> None:
    order = order_of(100)
    payment = pay(order, 100)

    shown = post(api, f"{order.pk}/payments/{payment.pk}/void/", {"reason": "Another order's"}).json()

    assert shown["void_reason"] == "Another order's" and shown["voided_at"] and shown["voided_by"]
    assert money(order) == (100, 0, 0, 100, "unpaid")
    assert Event.objects.get(type="order.payment_voided").payload["payment_id"] == payment.pk


def test_what_was_voided_or_refunded_is_not_voided_and_what_was_voided_is_not_refunded() -> None:
    order = order_of(100)
    voided, refunded = pay(order, 100), pay(order, 100)
    services.void_payment(order.pk, voided.pk, reason="A mistake", actor=ACTOR)
    refund(refunded, 1)
    before = contents()

    for payment in (voided, refunded):
        with pytest.raises(NotVoidable):
            run(lambda pk=payment.pk: services.void_payment(order.pk, pk, reason="x", actor=ACTOR))  # type: ignore[misc]
    with pytest.raises(RefundTooLarge):
        refund(voided, 1)
    assert contents() == before


# Payment before shipping


def test_an_installation_may_ship_only_what_is_paid(settings: Settings, api: Client) -> None:
    settings.OMS_PAYMENT_BEFORE_SHIPPING = True
    order = order_of(100, status="CONFIRMED")
    pay(order, 30)

    refused = post(api, f"{order.pk}/ship/", {})
    assert (refused.status_code, refused.json()["blockers"]) == (
        409, [{"code": "payment_required", "detail": "It is partly paid: 0.70 EUR are missing."}],
    )  # fmt: skip

    pay(order, 71)
    assert post(api, f"{order.pk}/ship/", {}).json()["payment_state"] == "overpaid"


def test_what_owes_nothing_is_shipped_although_all_that_came_in_went_back(settings: Settings) -> None:
    settings.OMS_PAYMENT_BEFORE_SHIPPING = True
    order = order_of(0, status="CONFIRMED")
    refund(pay(order, 100), 100)

    shipped = services.ship_order(order.pk, actor=ACTOR)

    assert (shipped.status, shipped.payment_state) == ("SHIPPED", "refunded")


def test_nor_does_what_was_prepared_leave_before_it_is_paid(settings: Settings, api: Client) -> None:
    order = services.prepare_shipment(order_of(100, status="CONFIRMED").pk, actor=ACTOR)
    settings.OMS_PAYMENT_BEFORE_SHIPPING = True
    dispatch = f"{order.pk}/shipments/{order.parcels[0].pk}/dispatch/"

    assert post(api, dispatch, {}).json()["code"] == "payment_required"
    pay(order, 100)
    assert post(api, dispatch, {}).status_code == 200


def test_without_that_setting_an_unpaid_order_is_shipped() -> None:
    assert move_to(order_of(100), "SHIPPED").payment_state == "unpaid"


# Found


def test_payment_state_can_be_filtered(api: Client) -> None:
    """A complaint about others: neither payment nor fulfilment could be filtered by."""
    orders = {state: order_of(100).pk for state in ("unpaid", "partial", "paid", "overpaid")}
    for state, cents in (("partial", 40), ("paid", 100), ("overpaid", 130)):
        PaymentFactory(order_id=orders[state], amount_cents=cents)

    for query, expected in {
        **{f"payment_state={state}": [pk] for state, pk in orders.items()},
        "payment_state=refunded": [],
        "payment_state__in=unpaid,partial": [orders["unpaid"], orders["partial"]],
        "balance_cents__gte=60": [orders["unpaid"], orders["partial"]],
        "balance_cents__gte=1&balance_cents__lte=60": [orders["partial"]],
        "balance_cents__lte=0": [orders["paid"], orders["overpaid"]],
    }.items():
        found = api.get(f"/api/v1/orders/?ordering=id&{query}").json()["results"]
        assert [order["id"] for order in found] == expected, query


def test_what_is_asked_of_payments_has_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
    unpaid = Order.objects.filter(payment_state__in=["unpaid", "partial"]).order_by("payment_state", "created_at")
    assert "orders_payment_state" in unpaid.explain()
    assert "orders_balance_cents" in Order.objects.filter(balance_cents__gte=10**9).order_by("balance_cents").explain()


# What the database refuses

REFUND = (
    "INSERT INTO order_refunds (order_id, payment_id, amount_cents, reference, reason, refunded_at, refunded_by)"
    " SELECT {order}, {payment}, {cents}, '', 'x', now(), 'test'"
)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE order_payments SET method = 'barter'", "order_payments_method_known"),
        ("UPDATE order_payments SET amount_cents = 0", "order_payments_amount_positive"),
        ("UPDATE order_payments SET refunded_cents = -1", "order_payments_refunded_within_amount"),
        ("UPDATE order_payments SET refunded_cents = 101", "order_payments_refunded_within_amount"),
        ("UPDATE order_payments SET voided_at = now()", "order_payments_voided_by_somebody"),
        ("UPDATE order_payments SET void_reason = 'why'", "order_payments_voided_by_somebody"),
        (
            "UPDATE order_payments SET refunded_cents = 1, voided_at = now(), voided_by = 'test'",
            "order_payments_voided_or_refunded",
        ),
        ("UPDATE orders SET refunded_cents = paid_cents + 1", "orders_refunded_within_paid"),
        ("UPDATE orders SET paid_cents = -1", "orders_refunded_within_paid"),
        ("UPDATE orders SET payment_state = 'paid'", "428C9"),
        ("UPDATE orders SET balance_cents = 0", "428C9"),
        (REFUND.format(order="{order}", payment="{payment}", cents=0), "order_refunds_amount_positive"),
        (REFUND.format(order="{other}", payment="{payment}", cents=1), "23503"),
        ("DELETE FROM order_payments; SET CONSTRAINTS ALL IMMEDIATE", "23503"),
    ],
)
def test_the_database_refuses(change: str, constraint: str) -> None:
    payment = PaymentFactory()
    refund(payment, 1)
    ids = {"order": payment.order_id, "payment": payment.pk, "other": OrderFactory().pk}

    assert refusal(change.format(**ids)) == constraint
