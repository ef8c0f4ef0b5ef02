"""What customers send back of an order: announced, then received, or called off."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self, TypedDict

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject
from django_fsm import FSMField, transition

from orders.models.item import OrderItem


class Disposition(models.TextChoices):
    """What becomes of units that came back."""

    RESTOCK = "restock", "back into the stock"
    WRITE_OFF = "write_off", "written off"


class Returned(TypedDict):
    """So many units of an order's item in a return, and what becomes of them, where that is decided."""

    item_id: int
    quantity: int
    disposition: str | None


class ReturnQuerySet(models.QuerySet["Return"]):
    def with_contents(self) -> Self:
        """Each return with what is in it and the order that was placed in exchange, in the same statement."""
        lines = ReturnLine.objects.filter(of=OuterRef("pk")).order_by("item_id", "disposition")
        units = lines.values(
            unit=JSONObject(item_id="item_id", quantity="quantity", disposition="disposition"),
        )
        return self.annotate(contents=ArraySubquery(units), exchange_order_id=F("exchanges__pk")).order_by("pk")


class Return(models.Model):
    """Units of an order that come back: requested, then received, or else cancelled.

    What is received is no longer due. Whether money goes back for it is another matter: a refund may name it.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested"
        RECEIVED = "received"
        CANCELLED = "cancelled"

    # The time of the act that leads to a status stands in the column of its name.
    TIMES: ClassVar = ("requested_at", "received_at", "cancelled_at")
    TOLD: ClassVar = ("status", "reason", "reason_code", *TIMES)

    order = models.ForeignKey("Order", on_delete=models.PROTECT, related_name="returns", db_index=False)
    status = FSMField(max_length=16, choices=Status.choices, default=Status.REQUESTED, protected=True)
    reason = models.CharField(max_length=255)
    reason_code = models.CharField(max_length=40, blank=True)
    requested_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = ReturnQuerySet.as_manager()

    # Set by `with_contents()` and by the services.
    contents: "Sequence[Returned]"
    exchange_order_id: int | None

    class Meta:
        db_table = "order_returns"
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status="requested", received_at=None, cancelled_at=None)
                | Q(status="received", received_at__isnull=False, cancelled_at=None)
                | Q(status="cancelled", received_at=None, cancelled_at__isnull=False),
                name="order_returns_times_follow_status",
            ),
            # For the refunds that name one, whose order is that of the return.
            models.UniqueConstraint(fields=["order", "id"], name="order_returns_of_order"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.reason}"

    @property
    def units(self) -> int:
        return sum(content["quantity"] for content in self.contents)

    @property
    def is_live(self) -> bool:
        """Whether its units are bound to it: what is in a cancelled one can be sent back in another."""
        return bool(self.status != self.Status.CANCELLED)

    @transition(field=status, source=Status.REQUESTED, target=Status.RECEIVED)
    def receive(self) -> None:
        """It has come; what became of each unit is decided."""

    @transition(field=status, source=Status.REQUESTED, target=Status.CANCELLED)
    def cancel(self) -> None:
        """It will not come."""

    def as_event(self) -> dict[str, Any]:
        """The return as an event tells it; what is in it is told when it is requested and when it is received."""
        return {"id": self.pk, **{name: getattr(self, name) for name in self.TOLD}}


class ReturnLine(models.Model):
    """So many units of an order's item in a return. Of one item some may be restocked and some written off."""

    of = models.ForeignKey(
        Return, on_delete=models.PROTECT, related_name="lines", db_index=False, db_column="return_id"
    )
    item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, related_name="returned_in")
    quantity = models.IntegerField()
    disposition = models.CharField(max_length=16, choices=Disposition.choices, null=True)  # noqa: DJ001 - undecided

    class Meta:
        db_table = "order_return_lines"
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["of", "item", "disposition"], nulls_distinct=False, name="order_return_lines_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_return_lines_quantity_positive"),
            models.CheckConstraint(
                condition=Q(disposition=None) | Q(disposition__in=["restock", "write_off"]),
                name="order_return_lines_disposition_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.item_id}"
