"""Orders: what was agreed with a customer, and where it stands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Prefetch, Q
from django.db.models.functions import Now
from django_fsm import FSMField, can_proceed, transition

from common.imports.models import StagedGroup, StagedRow
from customers.models import Customer
from orders.errors import InvalidTransition, NotEditable
from products.models import Product

AGGREGATE = "order"
NUMBER = re.compile("SO-([0-9]{1,18})", re.ASCII | re.IGNORECASE)
MOST_BUYERS = 500  # a search that fits more people than these needs another word
PAST_TENSE = {"confirm": "confirmed", "ship": "shipped", "deliver": "delivered", "cancel": "cancelled"}


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why an act is not possible now: a stable code and a sentence."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Action:
    """An act on an order and what stands in its way."""

    name: str
    blockers: tuple[Blocker, ...]

    @property
    def allowed(self) -> bool:
        return not self.blockers


class OrderQuerySet(models.QuerySet["Order"]):
    def open(self) -> Self:
        """Not yet shipped, delivered or cancelled."""
        return self.filter(status__in=(Order.Status.PENDING, Order.Status.CONFIRMED))

    def with_lines(self) -> Self:
        """Each order with its items in `lines`, in one statement for all."""
        return self.prefetch_related(Prefetch("items", OrderItem.objects.order_by("pk"), to_attr="lines"))

    def numbered(self, number: str) -> Self:
        """The one that people call so (SO-00000042)."""
        match = NUMBER.fullmatch(number)
        return self.filter(pk=int(match[1])) if match else self.none()

    def of_sku(self, sku: str) -> Self:
        """Those with a line of the product that has this SKU now; asked for by its id, as the index has it."""
        product = Product.objects.filter(sku=sku).only("pk").first()
        return self.filter(items__product_id=product.pk) if product else self.none()

    def search(self, text: str) -> Self:
        """By number, external reference or SKU, each whole, or else by who ordered.

        What the text means is looked up first: a condition that allowed for every meaning could use no index.
        Plain digits are a reference or a SKU before they are a number without its letters.
        """
        text = text.strip()
        named = self.numbered(text) if NUMBER.fullmatch(text) else self.filter(external_ref=text)
        if named.exists():
            return named
        if Product.objects.filter(sku=text).exists():
            return self.of_sku(text)
        if self.numbered(f"SO-{text}").exists():
            return self.numbered(f"SO-{text}")
        buyers = Customer.objects.search(text).order_by().values_list("pk", flat=True)[:MOST_BUYERS]
        return self.filter(customer_id__in=list(buyers))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)


class Order(models.Model):
    """An order and its status, which moves only by the transitions below; the database refuses any other move.

    Totals are integer cents. `takes_stock` is false on historical imports, whose goods left before the ledger began.
    """

    class Status(models.TextChoices):
        PENDING = "PENDING"
        CONFIRMED = "CONFIRMED"
        SHIPPED = "SHIPPED"
        DELIVERED = "DELIVERED"
        CANCELLED = "CANCELLED"

    HAVE_LEFT: ClassVar = (Status.SHIPPED, Status.DELIVERED)
    ACTS: ClassVar = ("edit_items", "confirm", "ship", "deliver", "cancel")

    # Indexed together with created_at below.
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders", db_index=False)
    status = FSMField(max_length=16, choices=Status.choices, default=Status.PENDING, protected=True)
    total_cents = models.BigIntegerField(editable=False)
    external_ref = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - unique where present
    takes_stock = models.BooleanField(default=True, editable=False)
    version = models.IntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    shipped_at = models.DateTimeField(null=True, editable=False)
    delivered_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)

    objects = OrderQuerySet.as_manager()

    # Set by `with_lines()` and by the services.
    lines: "list[OrderItem]"

    class Meta:
        db_table = "orders"
        default_permissions = ("view",)
        permissions: ClassVar = [
            ("place_order", "Can place orders"),
            ("edit_items", "Can edit the items of orders"),
            ("confirm_order", "Can confirm orders"),
            ("ship_order", "Can ship orders"),
            ("deliver_order", "Can deliver orders"),
            ("cancel_order", "Can cancel orders"),
            ("add_note", "Can add notes to orders"),
        ]
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["PENDING", "CONFIRMED", "SHIPPED", "DELIVERED", "CANCELLED"]),
                name="orders_status_known",
            ),
            models.CheckConstraint(condition=Q(total_cents__gte=0), name="orders_total_not_negative"),
            models.CheckConstraint(condition=Q(version__gt=0), name="orders_version_positive"),
            models.CheckConstraint(
                condition=Q(takes_stock=True) | Q(status__in=["SHIPPED", "DELIVERED", "CANCELLED"]),
                name="orders_open_takes_stock",
            ),
            models.UniqueConstraint(fields=["external_ref"], name="orders_external_ref_unique"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "created_at"], name="orders_customer_created_at"),
            models.Index(fields=["created_at", "id"], name="orders_created_at"),
            models.Index(fields=["status", "created_at"], name="orders_status_created_at"),
            models.Index(fields=["updated_at", "id"], name="orders_updated_at"),
            models.Index(fields=["total_cents", "id"], name="orders_total_cents"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call it; derived from the id, so it may have gaps."""
        return f"SO-{self.pk:08d}"

    @property
    def currency(self) -> str:
        return str(settings.OMS_CURRENCY)

    @transition(field=status, source=Status.PENDING, target=Status.CONFIRMED)
    def confirm(self) -> None:
        """The seller has agreed; the items are fixed from here on."""

    @transition(field=status, source=Status.CONFIRMED, target=Status.SHIPPED)
    def ship(self) -> None:
        """The goods have left."""

    @transition(field=status, source=Status.SHIPPED, target=Status.DELIVERED)
    def deliver(self) -> None:
        """The goods have arrived; nothing follows."""

    @transition(field=status, source=[Status.PENDING, Status.CONFIRMED], target=Status.CANCELLED)
    def cancel(self) -> None:
        """It will not happen; nothing follows."""

    def actions(self) -> list[Action]:
        """Every act on this order, each with what stands in its way now."""
        return [Action(name, self.blockers(name)) for name in self.ACTS]

    def blockers(self, act: str) -> tuple[Blocker, ...]:
        if act == "edit_items":
            if self.status == self.Status.PENDING:
                return ()
            return (Blocker(NotEditable.code, f"Items can be edited while PENDING; it is {self.status}."),)
        if can_proceed(getattr(self, act)):
            return ()
        return (Blocker(InvalidTransition.code, f"It is {self.status} and cannot be {PAST_TENSE[act]}."),)

    def require(self, act: str) -> None:
        """Raise NotEditable or InvalidTransition, with the blockers, unless the act is allowed now."""
        blockers = self.blockers(act)
        if blockers:
            refusal = NotEditable if act == "edit_items" else InvalidTransition
            facts = [{"code": blocker.code, "detail": blocker.detail} for blocker in blockers]
            raise refusal(blockers[0].detail, blockers=facts)


class OrderItem(models.Model):
    """One product of an order, with price, SKU and name as they were agreed when it was added."""

    # Both are indexed together below, either way round.
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="items", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="order_items", db_index=False)
    sku = models.CharField("SKU", max_length=255)
    name = models.CharField(max_length=255)
    quantity = models.IntegerField()
    unit_price_cents = models.BigIntegerField()
    line_total_cents = models.GeneratedField(
        expression=F("quantity") * F("unit_price_cents"), output_field=models.BigIntegerField(), db_persist=True
    )

    class Meta:
        db_table = "order_items"
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "product"], name="order_items_one_line_per_product"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_items_quantity_positive"),
            models.CheckConstraint(condition=Q(unit_price_cents__gte=0), name="order_items_price_not_negative"),
        ]
        # The orders of a product, newest first, page by page.
        indexes: ClassVar = [models.Index(fields=["product", "order"], name="order_items_product_order")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    def as_event(self) -> dict[str, object]:
        """The line as it stands in the event log."""
        return {
            "product_id": self.product_id,
            "sku": self.sku,
            "name": self.name,
            "quantity": self.quantity,
            "unit_price_cents": self.unit_price_cents,
        }


def total_of(lines: "Iterable[OrderItem]") -> int:
    return sum(line.quantity * line.unit_price_cents for line in lines)


class OrderImportRow(StagedRow):
    """A line of a file of orders, waiting to be imported. The key is the order's external reference."""

    email = models.TextField(null=True)  # noqa: DJ001 - a rejected row has no values
    sku = models.TextField(null=True)  # noqa: DJ001
    quantity = models.IntegerField(null=True)
    unit_price_cents = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(null=True)
    status = models.TextField(null=True)  # noqa: DJ001

    class Meta(StagedRow.Meta):
        db_table = "order_import_rows"


class OrderImportGroup(StagedGroup):
    """The lines of one order, which need not stand together in the file."""

    class Meta(StagedGroup.Meta):
        db_table = "order_import_groups"
