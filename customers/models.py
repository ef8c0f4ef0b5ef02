"""Who buys."""

from typing import ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower, Now

from common.imports.models import StagedGroup, StagedRow
from common.search import Words, begins

AGGREGATE = "customer"
SEARCHED = Words("email", "first_name", "last_name")


class CustomerQuerySet(models.QuerySet["Customer"]):
    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)

    def with_email(self, email: str) -> Self:
        """The customer known by this address, whatever its case; asked as the unique index can answer it."""
        return self.alias(lower_email=Lower("email")).filter(lower_email=Lower(Value(email)))

    def search(self, text: str) -> Self:
        """By the whole e-mail address; else by the beginnings of names and of its parts, or by the phone number."""
        if "@" in text and self.with_email(text.strip()).exists():
            return self.with_email(text.strip())
        return self.alias(words=SEARCHED).filter(begins(text) | Q(phone=text.strip()))


class Customer(models.Model):
    """A buyer, known by an e-mail address that is unique whatever its case."""

    # What may be changed, and what counts as personal in the event log.
    PERSONAL: ClassVar = ("email", "first_name", "last_name", "phone")
    # What the API shows of a customer, wherever it does.
    SHOWN: ClassVar = ("id", *PERSONAL, "version", "created_at", "updated_at")

    email = models.EmailField(max_length=255)
    first_name = models.CharField(max_length=255, blank=True)
    last_name = models.CharField(max_length=255, blank=True)
    phone = models.CharField(max_length=255, blank=True)
    version = models.IntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        db_table = "customers"
        default_permissions = ("view", "add", "change")
        permissions: ClassVar = [("anonymise_customer", "Can anonymise customers")]
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="customers_email_unique"),
            models.CheckConstraint(condition=~Q(email=""), name="customers_email_present"),
            models.CheckConstraint(condition=Q(version__gt=0), name="customers_version_positive"),
        ]
        indexes: ClassVar = [
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
