"""An order: what was agreed with a customer, and where it stands."""

import re
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django_fsm import FSMField, transition

from common.addresses import is_address_or_null
from common.search import first_found
from customers.models import Customer
from orders.models import units
from orders.models.acts import RULES, SHIPMENT_MOVES, Action, Blocker, refuse
from orders.models.holds import Hold
from orders.models.item import OrderItem
from orders.models.payments import BALANCE, STATE, PaymentState
from orders.models.records import KINDS, Records, read
from orders.models.returns import Return
from orders.models.shipments import Shipment, ShortClose
from products.models import Product

AGGREGATE = "order"
NUMBER = re.compile("SO-([0-9]{1,18})", re.ASCII | re.IGNORECASE)
MOST_MEANT = 2_000  # a search that fits more people than these needs another word


def lines_of_orders() -> "Prefetch[str]":
    return Prefetch("items", OrderItem.objects.order_by("pk"), to_attr="lines")


class OrderQuerySet(models.QuerySet["Order"]):
    def open(self) -> Self:
        """Not yet shipped, delivered or cancelled."""
        return self.filter(status__in=Order.OPEN)

    def with_lines(self) -> Self:
        """Each order whole, in the same statement: `lines`, `parcels`, `shortfalls`, `sent_back`, `active_holds`."""
        return self.annotate(records=Records())

    def with_tracking(self, number: str) -> Self:
        """Those with a parcel of this tracking number."""
        return self.filter(pk__in=Shipment.objects.tracked(number).values("order"))

    def on_hold(self) -> Self:
        return self.exclude(held_for=[])

    def held_for(self, kind: str) -> Self:
        return self.on_hold().filter(held_for__contains=[kind])

    def to_confirm(self) -> Self:
        return self.filter(status=Order.Status.PENDING, held_for=[])

    def to_ship(self) -> Self:
        return self.filter(status=Order.Status.CONFIRMED, held_for=[])

    def in_return(self, state: str) -> Self:
        """With this return state; of those with any, which are few, said in a way that their index knows."""
        return self.exclude(return_state=Order.ReturnState.NONE).filter(return_state=state)

    def returns_to_receive(self) -> Self:
        return self.in_return(Order.ReturnState.REQUESTED)

    def late(self) -> Self:
        """Open for longer than the business allows itself (OMS_LATE_AFTER_HOURS)."""
        return self.open().filter(created_at__lt=timezone.now() - timedelta(hours=settings.OMS_LATE_AFTER_HOURS))

    def stale(self, since: datetime) -> Self:
        """PENDING and untouched since then, with nothing that holds them and no money in, oldest first.

        Touched, not placed: an import keeps the date of the business, and what somebody works on is not stale. A hold
        and a payment are somebody's word that it goes on.
        """
        forgotten = self.filter(status=Order.Status.PENDING, created_at__lt=since, updated_at__lt=since, held_for=[])
        return forgotten.filter(paid_cents=F("refunded_cents")).order_by("created_at", "pk")

    def numbered(self, number: str) -> Self:
        """The one that people call so (SO-00000042)."""
        match = NUMBER.fullmatch(number)
        return self.filter(pk=int(match[1])) if match else self.none()

    def called(self, text: str) -> Self:
        """The one with this number, or with this external reference."""
        return self.numbered(text) if NUMBER.fullmatch(text) else self.filter(external_ref=text)

    def of_sku(self, sku: str) -> Self:
        """Those with a line of the product that has this SKU now; asked for by its id, as the index has it."""
        product = Product.objects.filter(sku=sku).only("pk").first()
        return self.filter(items__product_id=product.pk) if product else self.none()

    def of_email(self, email: str) -> Self:
        """Those of the customer known by this address; asked for by the id, of which it is known how many there are."""
        customer_id = Customer.objects.of_email(email).standing_for().first()
        return self.filter(customer_id=customer_id) if customer_id else self.none()

    def search(self, text: str) -> Self:
        """By number, external reference, SKU or tracking number, each whole, or else by who ordered.

        What the text means is looked up first, in one statement: a condition that allowed for every meaning could use
        no index. Plain digits are a reference or a SKU before they are a number without its letters.
        """
        text = text.strip()
        orders, customers = Order.objects, Customer.objects
        meanings: tuple[tuple[QuerySet[Any], str], ...] = (
            (orders.called(text).values_list("pk"), "pk__in"),
            (Product.objects.filter(sku=text).values_list("pk"), "items__product_id__in"),
            (orders.numbered(f"SO-{text}").values_list("pk"), "pk__in"),
            (Shipment.objects.tracked(text).values_list("order"), "pk__in"),
            (customers.of_email(text).standing_for(), "customer_id__in"),
            (customers.named(text).standing_for(), "customer_id__in"),
        )
        place, ids = first_found([lookup for lookup, _ in meanings], most=MOST_MEANT)
        _, condition = meanings[place]
        return self.filter(**{condition: ids})

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

    class Fulfilment(models.TextChoices):
        """Whether units have left, and whether more will."""

        NONE = "none"
        PARTIAL = "partial"
        COMPLETE = "complete"

    class ReturnState(models.TextChoices):
        """Whether units are on their way back or came back; what still has to be received comes first."""

        NONE = "none"
        REQUESTED = "requested"
        PARTIAL = "partial"
        COMPLETE = "complete"

    HAVE_LEFT: ClassVar = (Status.SHIPPED, Status.DELIVERED)
    OPEN: ClassVar = (Status.PENDING, Status.CONFIRMED)
    ACTS: ClassVar = tuple(act for act in RULES if act not in SHIPMENT_MOVES)
    # Copies, as agreed with this order; never linked to the customer's address book.
    ADDRESSES: ClassVar = ("shipping_address", "billing_address")

    # Indexed together with created_at below.
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders", db_index=False)
    status = FSMField(max_length=16, choices=Status.choices, default=Status.PENDING, protected=True)
    # Of what has left; follows from the shipments and short-closes, and `verify` checks that it does.
    fulfilment_state = models.CharField(
        max_length=8,
        choices=Fulfilment.choices,
        default=Fulfilment.NONE,
        db_default=Fulfilment.NONE,
        editable=False,
    )
    total_cents = models.BigIntegerField(editable=False)
    # Of that, what was agreed for units that will never come.
    short_closed_cents = models.BigIntegerField(default=0, db_default=0, editable=False)
    # Of what has left, what comes back; follows from the shipments and returns, and `verify` checks that it does.
    return_state = models.CharField(
        max_length=9, choices=ReturnState.choices, default=ReturnState.NONE, db_default=ReturnState.NONE, editable=False
    )
    # Of the total, what was agreed for units that came back.
    returned_cents = models.BigIntegerField(default=0, db_default=0, editable=False)
    # The return in whose place it was sent; a return is exchanged once at most.
    exchange_for = models.ForeignKey(
        Return, on_delete=models.PROTECT, null=True, related_name="exchanges", db_index=False, editable=False
    )
    external_ref = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - unique where present
    takes_stock = models.BooleanField(default=True, editable=False)
    # The older order of which it is placed once more.
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="duplicates", db_index=False
    )
    shipping_address = models.JSONField(null=True, editable=False)
    billing_address = models.JSONField(null=True, editable=False)
    # The kinds of its active holds, sorted: what blocks an act is known without another look.
    held_for = ArrayField(models.CharField(max_length=20), default=list, db_default=[], editable=False)
    # What its payments say; what follows from that and from what is due, the database works out itself.
    paid_cents = models.BigIntegerField(default=0, db_default=0, editable=False)
    refunded_cents = models.BigIntegerField(default=0, db_default=0, editable=False)
    balance_cents = models.GeneratedField(expression=BALANCE, output_field=models.BigIntegerField(), db_persist=True)
    payment_state = models.GeneratedField(
        expression=STATE,
        output_field=models.CharField(max_length=10),
        db_persist=True,
        choices=PaymentState.choices,
    )
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
    parcels: "list[Shipment]"
    shortfalls: "list[ShortClose]"
    sent_back: "list[Return]"
    active_holds: "list[Hold]"

    class Meta:
        db_table = "orders"
        default_permissions = ("view",)
        permissions: ClassVar = [
            ("place_order", "Can place orders"),
            ("edit_items", "Can edit the items of orders"),
            ("change_addresses", "Can change the addresses of orders"),
            ("confirm_order", "Can confirm orders"),
            ("ship_order", "Can ship orders"),
            ("short_close_order", "Can short-close orders"),
            ("deliver_order", "Can deliver orders"),
            ("cancel_order", "Can cancel orders"),
            ("add_note", "Can add notes to orders"),
            ("hold_order", "Can put orders on hold"),
            ("release_hold", "Can release orders from a hold"),
            ("record_payment", "Can record payments and void them"),
            ("refund_payment", "Can refund payments"),
            ("request_return", "Can request returns and cancel them"),
            ("receive_return", "Can receive returns"),
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
            models.CheckConstraint(
                condition=Q(refunded_cents__gte=0, refunded_cents__lte=F("paid_cents")),
                name="orders_refunded_within_paid",
            ),
            models.CheckConstraint(
                condition=Q(short_closed_cents__gte=0, short_closed_cents__lte=F("total_cents")),
                name="orders_short_closed_within_total",
            ),
            models.CheckConstraint(
                condition=Q(fulfilment_state="complete", status__in=["SHIPPED", "DELIVERED"])
                | Q(fulfilment_state="partial", status="CONFIRMED")
                | (Q(fulfilment_state="none") & ~Q(status__in=["SHIPPED", "DELIVERED"])),
                name="orders_fulfilment_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(returned_cents__gte=0, returned_cents__lte=F("total_cents") - F("short_closed_cents")),
                name="orders_returned_within_total",
            ),
            models.CheckConstraint(
                condition=Q(return_state="none")
                | (Q(return_state__in=["requested", "partial", "complete"]) & ~Q(fulfilment_state="none")),
                name="orders_return_state_fits_fulfilment",
            ),
            models.UniqueConstraint(
                fields=["exchange_for"], condition=Q(exchange_for__isnull=False), name="orders_exchanged_once"
            ),
            models.UniqueConstraint(fields=["external_ref"], name="orders_external_ref_unique"),
            models.CheckConstraint(condition=Q(duplicate_of__lt=F("id")), name="orders_duplicate_is_newer"),
            models.CheckConstraint(
                condition=is_address_or_null("shipping_address"), name="orders_shipping_address_complete"
            ),
            models.CheckConstraint(
                condition=is_address_or_null("billing_address"), name="orders_billing_address_complete"
            ),
        ]
        indexes: ClassVar = [
            # With all that a list can be ordered by: the few orders of a page are found without a look at the others.
            models.Index(fields=["customer", "created_at", "id", "updated_at"], name="orders_customer_created_at"),
            models.Index(fields=["status", "created_at", "id", "updated_at"], name="orders_status_created_at"),
            models.Index(fields=["id", "created_at", "updated_at"], name="orders_id_and_times"),
            models.Index(fields=["created_at", "id", "updated_at"], name="orders_created_at"),
            models.Index(fields=["updated_at", "id", "created_at"], name="orders_updated_at"),
            # Few at any time, and asked for by age: without it the late ones are looked for among all there ever were.
            models.Index(
                fields=["created_at", "id"], condition=Q(status__in=["PENDING", "CONFIRMED"]), name="orders_open"
            ),
            models.Index(fields=["fulfilment_state", "created_at"], name="orders_fulfilment_created_at"),
            models.Index(fields=["total_cents", "id"], name="orders_total_cents"),
            models.Index(fields=["created_at", "id"], condition=~Q(held_for=[]), name="orders_on_hold"),
            models.Index(fields=["payment_state", "created_at"], name="orders_payment_state"),
            models.Index(
                fields=["return_state", "created_at"], condition=~Q(return_state="none"), name="orders_return_state"
            ),
            models.Index(fields=["balance_cents", "id"], name="orders_balance_cents"),
            models.Index(fields=["duplicate_of"], condition=Q(duplicate_of__isnull=False), name="orders_duplicate_of"),
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

    @property
    def due_cents(self) -> int:
        """What is to be paid in all: the balance and what came in and did not go back."""
        due: int = self.balance_cents + self.paid_cents - self.refunded_cents
        return due

    def _take(self, records: dict[str, Any]) -> None:
        exchanged = records.pop("exchange_for")
        if exchanged is not None:
            self.exchange_for = read(Return, exchanged, self._state.db)
        for name, told in records.items():
            setattr(self, name, [read(KINDS[name], each, self._state.db) for each in told])
        for parcel in self.parcels:
            parcel.order = self

    records = property(None, _take, doc="What `with_lines` found beside the order.")

    def fulfilment(self) -> Fulfilment:
        """What the shipments and short-closes make of it."""
        if not units.shipped(self):
            return self.Fulfilment.NONE
        return self.Fulfilment.PARTIAL if units.waiting(self) else self.Fulfilment.COMPLETE

    def returning(self) -> ReturnState:
        """What the shipments and returns make of it."""
        if any(each.status == Return.Status.REQUESTED for each in self.sent_back):
            return self.ReturnState.REQUESTED
        if not units.in_returns(self):
            return self.ReturnState.NONE
        return self.ReturnState.PARTIAL if units.returnable(self) else self.ReturnState.COMPLETE

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
        """What stands in the way of an act; nothing ever does of one without rules, such as noting."""
        return tuple(blocker for rule in RULES.get(act, ()) for blocker in rule(self, act))

    def require(self, act: str) -> None:
        """Raise the refusal of the first thing that stands in the way of the act, with all of them as `blockers`."""
        refuse(self.blockers(act))
