"""Money that came in for an order and went back, and what that makes of the order."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.lookups import Exact, LessThan

from orders.models.returns import Return


class PaymentState(models.TextChoices):
    UNPAID = "unpaid", "unpaid"
    PARTIAL = "partial", "partly paid"
    PAID = "paid", "paid"
    OVERPAID = "overpaid", "overpaid"
    REFUNDED = "refunded", "refunded"


# The one place that says what is due, in columns of an order. What is taken off the agreed total later is subtracted
# here; the columns that the database makes of it are then made anew.
DUE = Case(
    When(status="CANCELLED", then=Value(0)),
    default=F("total_cents") - F("short_closed_cents") - F("returned_cents"),
    output_field=models.BigIntegerField(),
)
NET = F("paid_cents") - F("refunded_cents")
BALANCE = DUE - NET
# Asked in this order. An order of nothing is paid, and so is a cancelled one that nothing was paid for.
STATE = Case(
    When(Exact(NET, Value(0)) & Q(refunded_cents__gt=0), then=Value(PaymentState.REFUNDED.value)),
    When(Exact(NET, DUE), then=Value(PaymentState.PAID.value)),
    When(Exact(NET, Value(0)), then=Value(PaymentState.UNPAID.value)),
    When(LessThan(NET, DUE), then=Value(PaymentState.PARTIAL.value)),
    default=Value(PaymentState.OVERPAID.value),
)


class Payment(models.Model):
    """Money that came in for an order, as somebody recorded it.

    One that was recorded by mistake is voided, as long as nothing of it was refunded, and then counts for nothing.
    """

    class Method(models.TextChoices):
        BANK_TRANSFER = "bank_transfer", "bank transfer"
        CARD = "card", "card"
        CASH = "cash", "cash"
        DIRECT_DEBIT = "direct_debit", "direct debit"
        WALLET = "wallet", "wallet (PayPal and the like)"
        VOUCHER = "voucher", "voucher"
        OTHER = "other", "other"

    order = models.ForeignKey("Order", on_delete=models.PROTECT, related_name="payments", db_index=False)
    method = models.CharField(max_length=20, choices=Method.choices)
    reference = models.CharField(max_length=255, blank=True, default="")
    amount_cents = models.BigIntegerField()
    refunded_cents = models.BigIntegerField(default=0, db_default=0)
    received_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=255)
    voided_at = models.DateTimeField(null=True)
    voided_by = models.CharField(max_length=255, null=True)  # noqa: DJ001 - nobody has
    void_reason = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        db_table = "order_payments"
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(method__in=["bank_transfer", "card", "cash", "direct_debit", "wallet", "voucher", "other"]),
                name="order_payments_method_known",
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="order_payments_amount_positive"),
            models.CheckConstraint(
                condition=Q(refunded_cents__gte=0, refunded_cents__lte=F("amount_cents")),
                name="order_payments_refunded_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None, voided_by=None, void_reason="")
                | Q(voided_at__isnull=False, voided_by__isnull=False),
                name="order_payments_voided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None) | Q(refunded_cents=0), name="order_payments_voided_or_refunded"
            ),
            # For the refunds, whose order is that of their payment.
            models.UniqueConstraint(fields=["order", "id"], name="order_payments_of_order"),
        ]
        # Asked for by the day on which the money came in; refunds by that on which it went back.
        indexes: ClassVar = [models.Index(fields=["received_at"], name="order_payments_received_at")]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.get_method_display(), self.reference]))

    @property
    def refundable_cents(self) -> int:
        return 0 if self.voided_at else self.amount_cents - self.refunded_cents

    def as_event(self) -> dict[str, Any]:
        """The payment as the event tells it that it was recorded."""
        told = ("method", "reference", "amount_cents", "received_at", "recorded_at")
        return {"payment_id": self.pk, **{name: getattr(self, name) for name in told}}


class Refund(models.Model):
    """Money of a payment that went back to who paid."""

    # That both name the same order is seen to by a foreign key over both.
    order = models.ForeignKey("Order", on_delete=models.PROTECT, related_name="refunds", db_index=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds", db_index=False)
    # The return that it is for, if it is for one; of the same order, by such a key as well.
    sent_back = models.ForeignKey(
        Return, on_delete=models.PROTECT, null=True, related_name="refunds", db_index=False, db_column="return_id"
    )
    amount_cents = models.BigIntegerField()
    reference = models.CharField(max_length=255, blank=True, default="")
    reason = models.CharField(max_length=255)
    refunded_at = models.DateTimeField()
    refunded_by = models.CharField(max_length=255)

    class Meta:
        db_table = "order_refunds"
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="order_refunds_amount_positive"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["order", "payment"], name="order_refunds_order_payment"),
            models.Index(fields=["refunded_at"], name="order_refunds_refunded_at"),
        ]

    def __str__(self) -> str:
        return f"{self.payment}: {self.reason}"

    def as_event(self) -> dict[str, Any]:
        """The refund as its event tells it."""
        told = ("payment_id", "amount_cents", "reference", "reason", "refunded_at")
        return {"refund_id": self.pk, "return_id": self.sent_back_id, **{name: getattr(self, name) for name in told}}
