"""Money in the back-office: recorded, refunded and voided on the order's page, and shown there."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orders import services
from orders.models import Order, Payment
from orders.tests.factories import ACTOR, OrderFactory, PaymentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(staff: Callable[[str], Client]) -> Client:
    return staff("chief")


def url(act: str, *pks: int) -> str:
    return reverse(f"admin:orders_order_{act}", args=pks)


def sent(version: int, **fields: Any) -> dict[str, Any]:
    return {"idempotency_key": str(uuid.uuid4()), "version": version, **fields}


def test_what_is_missing_is_proposed_and_recorded_once_however_often_one_clicks(chief: Client) -> None:
    order = OrderFactory()  # 25.00
    proposed = chief.get(url("record_payment", order.pk)).context["form"]["amount_cents"].value()

    for body in [sent(1, method="cash", amount_cents=proposed, received_at="2026-01-31 12:00")] * 2:
        assert chief.post(url("record_payment", order.pk), body).status_code == 302

    page = chief.get(url("change", order.pk))
    (shown,) = page.context["payments"]
    assert (proposed, shown["payment"].amount_cents, shown["who"]) == ("25.00", 2500, "chief-0")
    assert Order.objects.get(pk=order.pk).payment_state == "paid"
    assert b"25.00 EUR" in page.content and b">paid</span>" in page.content


def test_a_refund_is_made_of_the_payment_that_was_chosen(chief: Client) -> None:
    order = OrderFactory()
    first, second = (PaymentFactory(order_id=order.pk, amount_cents=2000) for _ in range(2))

    form = chief.get(url("refund", order.pk)).context["form"]
    assert [pk for pk, _ in form.fields["payment_id"].choices] == [first.pk, second.pk]
    assert form["amount_cents"].value() == "15.00"  # what was paid too much
    chief.post(url("refund", order.pk), sent(3, payment_id=second.pk, amount_cents="15.00", reason="Paid twice"))

    assert list(Payment.objects.order_by("pk").values_list("refunded_cents", flat=True)) == [0, 1500]
    page = chief.get(url("change", order.pk)).content.decode()
    assert "refunded: Paid twice" in page and "Refunded" in page


def test_a_refund_of_too_much_says_how_much_is_left(chief: Client) -> None:
    payment = PaymentFactory()

    for amount, refused in (("1.01", "At most 1.00 EUR"), ("0.00", "greater than or equal to 0.01")):
        form = sent(2, payment_id=payment.pk, amount_cents=amount, reason="x")
        answer = chief.post(url("refund", payment.order_id), form)
        assert answer.status_code == 200
        assert refused in str(answer.context["form"].errors)

    cent = sent(2, payment_id=payment.pk, amount_cents="0.01", reason="x")
    assert chief.post(url("refund", payment.order_id), cent).status_code == 302


def test_a_payment_recorded_by_mistake_is_voided_and_stays_to_be_seen(chief: Client) -> None:
    payment, refunded = PaymentFactory(), PaymentFactory()
    services.refund_payment(refunded.order_id, refunded.pk, amount_cents=1, reason="x", actor=ACTOR)
    offered = chief.get(url("void_payment", refunded.order_id)).context["form"].fields["payment_id"].choices
    assert offered == []

    chief.post(url("void_payment", payment.order_id), sent(2, payment_id=payment.pk, reason="Another order's"))

    assert "voided: Another order&#x27;s" in chief.get(url("change", payment.order_id)).content.decode()


def test_the_list_shows_and_finds_what_is_unpaid(chief: Client) -> None:
    unpaid = OrderFactory()
    part = PaymentFactory().order_id

    page = chief.get(url("changelist") + "?payment_state__exact=partial")

    assert [order.pk for order in page.context["cl"].result_list] == [part] != [unpaid.pk]
    assert b"partly paid" in page.content
