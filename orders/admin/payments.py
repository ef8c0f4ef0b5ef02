"""Money in the back-office: payments recorded, refunded and voided on the order's page."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Prefetch

from accounts.services import names_of
from common import money
from common.admin import ActForm, Money, Text, act_on
from common.admin.forms import CreationForm
from common.api.fields import MOST_CENTS
from orders import services
from orders.admin.acts import OrderAct
from orders.admin.choosing import ChoosingAct, Which
from orders.admin.returns import in_words
from orders.models import Order, Payment, Refund


def payments_of_orders() -> "Prefetch[str]":
    """What came in for orders, oldest first, and what of it went back."""
    refunds = Prefetch("refunds", Refund.objects.order_by("pk"))
    return Prefetch("payments", Payment.objects.order_by("pk").prefetch_related(refunds))


def payments_of(order: Order) -> list[dict[str, Any]]:
    """An order's payments, each with its refunds and with the names of those who recorded them."""
    payments = [(payment, list(payment.refunds.all())) for payment in order.payments.all()]
    actors = {payment.recorded_by for payment, _ in payments}
    names = names_of(actors.union(refund.refunded_by for _, refunds in payments for refund in refunds))
    return [
        {
            "payment": payment,
            "who": names[payment.recorded_by],
            "refunds": [(refund, names[refund.refunded_by]) for refund in refunds],
        }
        for payment, refunds in payments
    ]


def _in_words(payment: Payment) -> str:
    return f"{payment}, {money.shown(payment.refundable_cents)}"


class Amount(Money):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": Decimal("0.01"), "max_value": MOST_CENTS // 100, "label": "Amount", **kwargs})


class Received(ActForm):
    method = forms.ChoiceField(choices=[(kind.value, kind.label.capitalize()) for kind in Payment.Method])
    amount_cents = Amount()
    reference = Text(required=False, help_text="What the bank or the provider calls it.")
    received_at = forms.DateTimeField(required=False, label="Received", help_text="2026-01-31 12:00; blank: now.")


class OfPayment(ActForm):
    payment_id = Which(_in_words, label="Payment")


class PaidBack(OfPayment):
    amount_cents = Amount()
    reason = Text()
    reference = Text(required=False, help_text="What the bank or the provider calls it.")
    return_id = Which(in_words, label="For the return", required=False, empty_value=None)


class Mistaken(OfPayment):
    reason = Text()


class PaymentAct(ChoosingAct):
    choice, kind = "payment_id", "payments"

    @classmethod
    def every(cls, record: Order) -> Iterable[Payment]:
        return record.payments.all()


@act_on(Order)
class RecordPayment(OrderAct):
    name, label, saves, done = "record_payment", "Record payment", "Record", "The payment was recorded."
    permission = "orders.record_payment"
    form_class = Received
    service = staticmethod(services.record_payment)

    def initial(self) -> Mapping[str, Any]:
        missing = self.record.balance_cents
        return {"amount_cents": missing} if missing > 0 else {}


@act_on(Order)
class RefundPayment(PaymentAct):
    name, label, saves, done = "refund", "Refund", "Record the refund", "The refund was recorded."
    permission = "orders.refund_payment"
    form_class = PaidBack
    service = staticmethod(services.refund_payment)

    @classmethod
    def possible(cls, record: Order) -> list[Payment]:
        return [payment for payment in cls.every(record) if payment.refundable_cents > 0]

    def form(self, *args: Any, **kwargs: Any) -> CreationForm:
        form = super().form(*args, **kwargs)
        choice: Any = form.fields["return_id"]
        choice.offer(each for each in self.record.sent_back if each.is_live)
        return form

    def initial(self) -> Mapping[str, Any]:
        """What was paid too much."""
        over = -self.record.balance_cents
        return {"amount_cents": over} if over > 0 else {}


@act_on(Order)
class VoidPayment(PaymentAct):
    name, label, done, grave = "void_payment", "Void payment", "The payment was voided.", True
    permission = "orders.record_payment"
    form_class = Mistaken
    service = staticmethod(services.void_payment)

    @classmethod
    def possible(cls, record: Order) -> list[Payment]:
        return [payment for payment in cls.every(record) if payment.voided_at is None and not payment.refunded_cents]
