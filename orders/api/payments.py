"""The payments of an order and their refunds: /api/v1/orders/{id}/payments/ and refunds/."""

from typing import ClassVar

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import (
    MOST_CENTS,
    MOST_ID,
    InputSerializer,
    StrictCharField,
    StrictChoiceField,
    StrictInstantField,
    StrictIntegerField,
)
from orders import services
from orders.api.records import RecordsViewSet
from orders.models import Order, Payment, Refund

WHEN = "2026-01-31T12:00:00Z"


class NewPayment(InputSerializer):
    """Money that came in. `reference` is what the bank or the provider calls it; without `received_at`, it was now."""

    example: ClassVar = {
        "method": "bank_transfer",
        "amount_cents": 9800,
        "reference": "TX-2026-0131-7",
        "received_at": WHEN,
    }

    method = StrictChoiceField(choices=Payment.Method.choices)
    amount_cents = StrictIntegerField(min_value=1, max_value=MOST_CENTS)
    reference = StrictCharField(required=False, allow_blank=True)
    received_at = StrictInstantField(required=False)


class Voiding(InputSerializer):
    example: ClassVar = {"reason": "Belongs to another order"}

    reason = StrictCharField()


class NewRefund(InputSerializer):
    """Money of a payment that went back, at most what is left of it; `return_id` says for which return, if for one."""

    example: ClassVar = {
        "payment_id": 11,
        "amount_cents": 4900,
        "reason": "One lamp was broken",
        "reference": "TX-9",
        "return_id": 8,
    }

    payment_id = StrictIntegerField(min_value=1, max_value=MOST_ID)
    amount_cents = StrictIntegerField(min_value=1, max_value=MOST_CENTS)
    reason = StrictCharField()
    reference = StrictCharField(required=False, allow_blank=True)
    return_id = StrictIntegerField(required=False, min_value=1, max_value=MOST_ID)


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    """Money that came in for an order. One that was voided counts for nothing."""

    example: ClassVar = {
        "id": 11,
        "method": "bank_transfer",
        "reference": "TX-2026-0131-7",
        "amount_cents": 9800,
        "refunded_cents": 4900,
        "received_at": WHEN,
        "recorded_at": WHEN,
        "recorded_by": "token:12",
        "voided_at": None,
        "voided_by": None,
        "void_reason": "",
    }

    class Meta:
        model = Payment
        fields: ClassVar = (
            "id method reference amount_cents refunded_cents received_at recorded_at recorded_by "
            "voided_at voided_by void_reason"
        ).split()


class RefundSerializer(serializers.ModelSerializer[Refund]):
    """Money of a payment that went back."""

    example: ClassVar = {
        "id": 4,
        "payment_id": 11,
        "return_id": 8,
        "amount_cents": 4900,
        "reference": "TX-9",
        "reason": "One lamp was broken",
        "refunded_at": WHEN,
        "refunded_by": "user:3",
    }

    payment_id = serializers.IntegerField()
    return_id = serializers.IntegerField(source="sent_back_id", allow_null=True)

    class Meta:
        model = Refund
        fields: ClassVar = "id payment_id return_id amount_cents reference reason refunded_at refunded_by".split()


class PaymentViewSet(RecordsViewSet):
    queryset = Payment.objects.all()
    serializer_class = PaymentSerializer
    inputs: ClassVar = {"record": NewPayment, "void": Voiding}
    statuses: ClassVar = {"record": (201,)}
    permissions: ClassVar = {
        "list": "orders.view_order",
        "record": "orders.record_payment",
        "void": "orders.record_payment",
    }

    def list(self, request: Request, order_id: str) -> Response:  # type: ignore[override]  # one more key
        """What came in for an order, oldest first, voided payments too."""
        return super().list(request)

    def record(self, request: Request, order_id: str) -> HttpResponse:
        """Record a payment for an order, in any status.

        Send an Idempotency-Key: then a repeat records nothing twice. Answers with the payment; it counts up the
        order's version, and the ETag is the order's.
        """
        return self.act(services.record_payment, order_id, shows=newest_payment, **self.read())

    def void(self, request: Request, order_id: str, pk: str) -> HttpResponse:
        """Void a payment that was recorded by mistake.

        One of which something was refunded did come in: 409 `not_voidable`.
        """
        fields = self.read()
        return self.act(
            services.void_payment, order_id, int(pk), shows=lambda order: order.payments.get(pk=pk), **fields
        )


class RefundViewSet(RecordsViewSet):
    queryset = Refund.objects.all()
    serializer_class = RefundSerializer
    inputs: ClassVar = {"refund": NewRefund}
    statuses: ClassVar = {"refund": (201,)}
    permissions: ClassVar = {"list": "orders.view_order", "refund": "orders.refund_payment"}

    def list(self, request: Request, order_id: str) -> Response:  # type: ignore[override]  # one more key
        """What went back of an order's payments, oldest first."""
        return super().list(request)

    def refund(self, request: Request, order_id: str) -> HttpResponse:
        """Record a refund of a payment.

        More than is left of the payment is a 409 `refund_too_large`, which says how much is.
        """
        fields = self.read()
        return self.act(services.refund_payment, order_id, fields.pop("payment_id"), shows=newest_refund, **fields)


def newest_payment(order: Order) -> Payment:
    return order.payments.latest("pk")


def newest_refund(order: Order) -> Refund:
    return order.refunds.latest("pk")
