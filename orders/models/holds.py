"""Holds: what keeps an order from going on until somebody says that it may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

# The acts by which goods are packed and leave.
SHIPPING_ACTS = ("ship", "prepare_shipment", "dispatch_shipment")


class Hold(models.Model):
    """Why an order waits, who said so, and who said that it may go on. An order is held once for each kind.

    No kind stands in the way of cancelling, editing or noting: that is how the reason for a hold often goes away.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", "payment"
        FRAUD_REVIEW = "fraud_review", "fraud review"
        ADDRESS = "address", "address"
        CUSTOMER_REQUEST = "customer_request", "customer's request"
        STOCK = "stock", "stock"

    # The acts that each kind stands in the way of.
    BLOCKS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        Kind.PAYMENT: ("confirm", *SHIPPING_ACTS),
        Kind.FRAUD_REVIEW: ("confirm", *SHIPPING_ACTS),
        Kind.ADDRESS: SHIPPING_ACTS,
        Kind.CUSTOMER_REQUEST: SHIPPING_ACTS,
        Kind.STOCK: SHIPPING_ACTS,
    }

    order = models.ForeignKey("Order", on_delete=models.PROTECT, related_name="holds", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    reason = models.CharField(max_length=255)
    placed_by = models.CharField(max_length=255)
    placed_at = models.DateTimeField(db_default=Now())
    released_by = models.CharField(max_length=255, null=True)  # noqa: DJ001 - nobody has yet
    released_at = models.DateTimeField(null=True)
    release_reason = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        db_table = "order_holds"
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["payment", "fraud_review", "address", "customer_request", "stock"]),
                name="order_holds_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None, release_reason="")
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="order_holds_released_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(released_at=None), name="order_holds_active_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["order", "id"], name="order_holds_order")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"

    @property
    def blocks(self) -> tuple[str, ...]:
        return self.BLOCKS[self.kind]

    def as_event(self) -> dict[str, Any]:
        """The hold as the event tells it that it was placed."""
        return {"hold_id": self.pk, "kind": self.kind, "reason": self.reason, "placed_at": self.placed_at}
