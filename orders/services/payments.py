"""Recording the money that came in for an order and went back, in whatever status the order is."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from common import money
from common.actors import Actor
from common.errors import InvalidInput, NotFound
from common.zones import FIRST_YEAR
from orders.errors import NotVoidable, RefundTooLarge
from orders.models import Order, Payment, Refund
from orders.services.writing import lock_order, record, write_header


@transaction.atomic(savepoint=False)
def record_payment(
    order_id: int,
    *,
    method: str,
    amount_cents: int,
    actor: Actor,
    reference: str = "",
    received_at: datetime | None = None,
    expected_version: int | None = None,
) -> Order:
    """Note that money came in, now or at an earlier time; for a cancelled order, too, which then has to give it back.

    Raises NotFound, StaleVersion, InvalidInput (a time to come, or before all books).
    """
    if received_at is not None:
        check_time(received_at)
    order = lock_order(order_id, expected_version)

    order.paid_cents += amount_cents
    write_header(order)
    payment = Payment.objects.create(
        order=order,
        method=method,
        reference=reference,
        amount_cents=amount_cents,
        received_at=received_at or order.updated_at,
        recorded_at=order.updated_at,
        recorded_by=actor.name,
    )

    record(order, "order.payment_recorded", payment.as_event(), actor=actor)
    return order


def check_time(received_at: datetime) -> None:
    """Refuse a time to come, and one so early that it has no day in some zone, which no report could then show.

    Raises InvalidInput.
    """
    if received_at > timezone.now():
        raise InvalidInput.at("/received_at", "in_future", "What will come in is not recorded yet.")
    if received_at.year < FIRST_YEAR:
        raise InvalidInput.at("/received_at", "too_early", f"No books go back beyond {FIRST_YEAR}.")


@transaction.atomic(savepoint=False)
def refund_payment(
    order_id: int,
    payment_id: int,
    *,
    amount_cents: int,
    reason: str,
    actor: Actor,
    reference: str = "",
    return_id: int | None = None,
    expected_version: int | None = None,
) -> Order:
    """Note that money of a payment went back, never more than came in; perhaps for a return of the order.

    Raises NotFound, StaleVersion, NothingToRefund, InvalidInput (no such return), RefundTooLarge.
    """
    order = lock_order(order_id, expected_version)
    order.require("refund")
    payment = _payment_of(order, payment_id)
    _require_refundable(payment, amount_cents)
    _require_return(order, return_id)

    order.refunded_cents += amount_cents
    write_header(order)
    refunded_cents = payment.refunded_cents + amount_cents
    Payment.objects.filter(pk=payment_id).update(refunded_cents=refunded_cents)
    refund = Refund.objects.create(
        order=order,
        payment=payment,
        sent_back_id=return_id,
        amount_cents=amount_cents,
        reference=reference,
        reason=reason,
        refunded_at=order.updated_at,
        refunded_by=actor.name,
    )

    record(order, "order.payment_refunded", refund.as_event(), actor=actor)
    return order


@transaction.atomic(savepoint=False)
def void_payment(
    order_id: int, payment_id: int, *, reason: str, actor: Actor, expected_version: int | None = None
) -> Order:
    """Take back a payment that was recorded by mistake. Raises NotFound, StaleVersion, NotVoidable."""
    order = lock_order(order_id, expected_version)
    payment = _payment_of(order, payment_id)
    if payment.voided_at is not None:
        raise NotVoidable("It was voided before.")
    if payment.refunded_cents:
        raise NotVoidable("Something of it was refunded, so it did come in.")

    order.paid_cents -= payment.amount_cents
    write_header(order)
    Payment.objects.filter(pk=payment_id).update(voided_at=order.updated_at, voided_by=actor.name, void_reason=reason)

    payload = {
        "payment_id": payment_id,
        "amount_cents": payment.amount_cents,
        "reason": reason,
        "voided_at": order.updated_at,
    }
    record(order, "order.payment_voided", payload, actor=actor)
    return order


def _payment_of(order: Order, payment_id: int) -> Payment:
    payment = order.payments.filter(pk=payment_id).first()
    if payment is None:
        raise NotFound(f"Order {order.pk} has no payment {payment_id}.")
    return payment


def _require_refundable(payment: Payment, amount_cents: int) -> None:
    most = payment.refundable_cents
    if amount_cents > most:
        detail = f"At most {money.shown(most)} of this payment can be refunded."
        raise RefundTooLarge(detail, refundable_cents=most)


def _require_return(order: Order, return_id: int | None) -> None:
    if return_id is not None and not any(each.pk == return_id and each.is_live for each in order.sent_back):
        raise InvalidInput.at("/return_id", "unknown_return", "The order has no such return.")
