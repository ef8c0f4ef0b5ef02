"""What has left of an order, parcel by parcel, and what of it will never come."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self, TypedDict

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django_fsm import FSMField, transition

from orders.models.item import OrderItem


class Content(TypedDict):
    """So many units of an order's item in a shipment."""

    item_id: int
    quantity: int


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    def tracked(self, number: str) -> Self:
        """With this tracking number; said in a way that its index knows."""
        return self.filter(tracking_number=number).exclude(tracking_number="")

    def with_contents(self) -> Self:
        """Each shipment with what is in it, in the same statement."""
        lines = ShipmentLine.objects.filter(shipment=OuterRef("pk")).order_by("item_id")
        units = lines.values(unit=JSONObject(item_id="item_id", quantity="quantity"))
        return self.annotate(contents=ArraySubquery(units)).order_by("pk")


class Shipment(models.Model):
    """A parcel of an order: prepared, then dispatched and delivered, or else voided; only what is dispatched has left.

    An order that came SHIPPED from another system has one that holds everything, whose times nobody knows.
    """

    class Status(models.TextChoices):
        PREPARED = "prepared"
        DISPATCHED = "dispatched"
        DELIVERED = "delivered"
        VOIDED = "voided"

    HAVE_LEFT: ClassVar = (Status.DISPATCHED, Status.DELIVERED)
    # The time of the act that leads to a status stands in the column of its name.
    TIMES: ClassVar = ("prepared_at", "dispatched_at", "delivered_at", "voided_at")
    TOLD: ClassVar = ("status", "carrier", "tracking_number", "tracking_url", *TIMES)

    order = models.ForeignKey("Order", on_delete=models.PROTECT, related_name="shipments")
    status = FSMField(max_length=16, choices=Status.choices, default=Status.PREPARED, protected=True)
    carrier = models.CharField(max_length=255, blank=True, default="", db_default="")
    tracking_number = models.CharField(max_length=255, blank=True, default="", db_default="")
    tracking_url = models.CharField(max_length=255, blank=True, default="", db_default="")
    prepared_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    objects = ShipmentQuerySet.as_manager()

    # Set by `with_contents()` and by the services.
    contents: "Sequence[Content]"

    class Meta:
        db_table = "shipments"
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["prepared", "dispatched", "delivered", "voided"]), name="shipments_status_known"
            ),
            models.CheckConstraint(
                condition=(Q(dispatched_at=None) | Q(status__in=["dispatched", "delivered"]))
                & (Q(delivered_at=None) | Q(status="delivered"))
                & (Q(status="voided", voided_at__isnull=False) | (~Q(status="voided") & Q(voided_at=None))),
                name="shipments_times_follow_status",
            ),
            # It becomes a link in the back-office.
            models.CheckConstraint(
                condition=Q(tracking_url="")
                | Q(tracking_url__startswith="https://")
                | Q(tracking_url__startswith="http://"),
                name="shipments_url_is_of_the_web",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tracking_number"], name="shipments_tracking", condition=~Q(tracking_number=""))
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.tracking_number}".strip()

    @property
    def units(self) -> int:
        return sum(content["quantity"] for content in self.contents)

    @property
    def is_live(self) -> bool:
        """Whether its units are bound to it: a voided one holds nothing any more."""
        return bool(self.status != self.Status.VOIDED)

    @property
    def has_left(self) -> bool:
        return self.status in self.HAVE_LEFT

    @transition(field=status, source=Status.PREPARED, target=Status.DISPATCHED)
    def dispatch(self) -> None:
        """It has left; its units count as shipped from here on."""

    @transition(field=status, source=Status.DISPATCHED, target=Status.DELIVERED)
    def deliver(self) -> None:
        """It has arrived; nothing follows."""

    @transition(field=status, source=Status.PREPARED, target=Status.VOIDED)
    def void(self) -> None:
        """It will not leave; its units are open again."""

    def as_event(self) -> dict[str, Any]:
        """The shipment as an event tells it; what is in it is told when it is prepared."""
        return {"id": self.pk, **{name: getattr(self, name) for name in self.TOLD}}


class ShipmentLine(models.Model):
    """So many units of an order's item in a shipment."""

    pk = models.CompositePrimaryKey("shipment_id", "item_id")
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines", db_index=False)
    item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, related_name="shipped_in")
    quantity = models.IntegerField()

    class Meta:
        db_table = "shipment_lines"
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_lines_quantity_positive")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.item_id}"


class ShortClose(models.Model):
    """Units of an order's item that will never come; they are back in the stock. `version` is that of its event."""

    order = models.ForeignKey("Order", on_delete=models.PROTECT, related_name="short_closes", db_index=False)
    item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, related_name="short_closes")
    version = models.IntegerField()
    quantity = models.IntegerField()
    reason = models.CharField(max_length=255)
    reason_code = models.CharField(max_length=40, blank=True)
    closed_at = models.DateTimeField()

    # That of its item, set by `with_lines()`.
    sku: str

    class Meta:
        db_table = "short_closes"
        default_permissions = ()
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "version", "item"], name="short_closes_once_per_event"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="short_closes_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.item_id}: {self.reason}"
