"""Who buys."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Lower, Now

from common.addresses import FIELDS, Address
from common.imports.models import StagedGroup, StagedRow
from common.search import Words, begins

AGGREGATE = "customer"
GROUP_AGGREGATE = "customer_group"
SEARCHED = Words("email", "first_name", "last_name")


class CustomerQuerySet(models.QuerySet["Customer"]):
    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)

    def locked_whole(self) -> Self:
        """So that nobody can even place an order meanwhile."""
        return self.select_for_update(of=("self",))

    def of_email(self, email: str) -> Self:
        """The one whose own address this is, whatever its case; asked as the unique index can answer it."""
        return self.alias(lower_email=Lower("email")).filter(lower_email=Lower(Value(email)))

    def with_email(self, email: str) -> Self:
        """The customer known by this address: the one whose own it is, or the one whom that one was merged into."""
        return self.filter(pk__in=Customer.objects.of_email(email).standing_for())

    def standing_for(self) -> Any:
        """The ids under which these customers go on: their own, or that of whom they were merged into."""
        return self.order_by().values_list(Coalesce("merged_into_id", "pk"), flat=True)

    def search(self, text: str) -> Self:
        """By the whole e-mail address, or else as `named` does."""
        if "@" in text and self.with_email(text.strip()).exists():
            return self.with_email(text.strip())
        return self.named(text)

    def named(self, text: str) -> Self:
        """By the beginnings of names and of the parts of the e-mail address, or by the phone number."""
        return self.alias(words=SEARCHED).filter(begins(text) | Q(phone=text.strip()))


class CustomerGroup(models.Model):
    """Customers that belong together for the business, such as wholesale; a customer is in one or in none."""

    # What may be changed.
    FIELDS: ClassVar = ("name", "description")
    SHOWN: ClassVar = ("id", *FIELDS, "version", "created_at", "updated_at")

    name = models.CharField(max_length=255)
    description = models.CharField(max_length=255, blank=True)
    version = models.IntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "customer_groups"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="customer_groups_name_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="customer_groups_name_present"),
            models.CheckConstraint(condition=Q(version__gt=0), name="customer_groups_version_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """A buyer, known by an e-mail address that is unique whatever its case.

    One that was merged into another stays as an alias: it has no orders and no addresses, nothing of it changes any
    more, and who asks for it by e-mail or places an order for it is led to the other.
    """

    # What may be changed, and what counts as personal in the event log.
    PERSONAL: ClassVar = ("email", "first_name", "last_name", "phone")
    # What the API shows of a customer, wherever it does.
    SHOWN: ClassVar = ("id", *PERSONAL, "group_id", "merged_into_id", "version", "created_at", "updated_at")

    email = models.EmailField(max_length=255)
    first_name = models.CharField(max_length=255, blank=True)
    last_name = models.CharField(max_length=255, blank=True)
    phone = models.CharField(max_length=255, blank=True)
    # Both have their index below.
    group = models.ForeignKey(
        CustomerGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="customers", db_index=False
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="aliases", db_index=False
    )
    version = models.IntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        db_table = "customers"
        default_permissions = ("view", "add", "change")
        permissions: ClassVar = [
            ("anonymise_customer", "Can anonymise customers"),
            ("merge_customer", "Can merge customers"),
        ]
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="customers_email_unique"),
            models.CheckConstraint(condition=~Q(email=""), name="customers_email_present"),
            models.CheckConstraint(condition=Q(version__gt=0), name="customers_version_positive"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="customers_merged_into_another"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["group", "id"], name="customers_group"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="customers_merged_into"),
            models.Index(fields=["email"], name="customers_email"),
            models.Index(fields=["phone"], name="customers_phone"),
            GinIndex(SEARCHED, name="customers_words"),
            models.Index(fields=["created_at", "id"], name="customers_created_at"),
            models.Index(fields=["updated_at", "id"], name="customers_updated_at"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def merged_detail(self) -> str:
        """Why nothing is done to an alias; empty for everybody else."""
        return f"It was merged into customer {self.merged_into_id}." if self.merged_into_id is not None else ""


class CustomerAddress(models.Model):
    """An entry of a customer's address book; orders copy from it and are never linked to it.

    It belongs to the customer: the customer's lock, version and events tell of it.
    """

    # The purposes of which a customer has at most one default address each.
    PURPOSES: ClassVar = ("shipping", "billing")

    # Has its index below.
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="addresses", db_index=False)
    name = models.CharField(max_length=255)
    company = models.CharField(max_length=255, blank=True)
    line1 = models.CharField("line 1", max_length=255)
    line2 = models.CharField("line 2", max_length=255, blank=True)
    postal_code = models.CharField(max_length=255, blank=True)
    city = models.CharField(max_length=255)
    region = models.CharField(max_length=255, blank=True)
    country = models.CharField(max_length=2)
    phone = models.CharField(max_length=255, blank=True)
    is_default_shipping = models.BooleanField(default=False)
    is_default_billing = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "customer_addresses"
        default_permissions = ()
        verbose_name_plural = "customer addresses"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(line1="") & ~Q(city=""), name="customer_addresses_complete"
            ),
            models.CheckConstraint(condition=Q(country__regex="^[A-Z]{2}$"), name="customer_addresses_country_code"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_default_shipping=True), name="customer_addresses_one_shipping"
            ),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_default_billing=True), name="customer_addresses_one_billing"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "id"], name="customer_addresses_customer")]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}"

    @property
    def version(self) -> int:
        """That of the customer, whose changes include those of the address book."""
        return self.customer.version

    @property
    def address(self) -> Address:
        return Address(**{name: getattr(self, name) for name in FIELDS})

    @property
    def purposes(self) -> tuple[str, ...]:
        """What it is the default for."""
        return tuple(purpose for purpose in self.PURPOSES if getattr(self, f"is_default_{purpose}"))


class CustomerImportRow(StagedRow):
    """A row of a file of customers, waiting to be imported. The key is the e-mail in lower case."""

    email = models.TextField(null=True)  # noqa: DJ001 - a rejected row has no values
    first_name = models.TextField(null=True)  # noqa: DJ001
    last_name = models.TextField(null=True)  # noqa: DJ001
    phone = models.TextField(null=True)  # noqa: DJ001

    class Meta(StagedRow.Meta):
        db_table = "customer_import_rows"


class CustomerImportGroup(StagedGroup):
    """The rows of one customer."""

    class Meta(StagedGroup.Meta):
        db_table = "customer_import_groups"
