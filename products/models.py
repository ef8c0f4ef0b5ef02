"""What is sold, how much of it is available, and the ledger that explains every unit."""

from collections.abc import Collection
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Now

from common.imports.models import StagedGroup, StagedRow
from common.search import Words, begins

AGGREGATE = "product"
MOST_DESCRIPTION = 10_000  # characters
SEARCHED = Words("sku", "name")


class ProductQuerySet(models.QuerySet["Product"]):
    def locked(self) -> Self:
        """Held until the transaction ends, in the project's order: by primary key, so that nobody deadlocks."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def named(self, ids: Collection[int], skus: Collection[str]) -> Self:
        by_sku = Q(sku__in=skus) if skus else Q()
        by_id = Q(pk__in=ids) if ids or not skus else Q()
        return self.filter(by_id | by_sku)

    def search(self, text: str) -> Self:
        """By the beginnings of the words of a name and of the parts of a SKU."""
        return self.alias(words=SEARCHED).filter(begins(text))

    def meant_by(self, text: str) -> Self:
        """Those on sale that a few letters may mean, the one with exactly this SKU first."""
        exact = Case(When(sku=text, then=0), default=1)
        return self.alias(words=SEARCHED).filter(Q(sku=text) | begins(text), is_active=True).order_by(exact, "sku")

    def low_on_stock(self) -> Self:
        return self.filter(is_active=True, stock_quantity__lte=F("reorder_level"))


class Product(models.Model):
    """An article. `stock_quantity` is what is available: units on hand less those reserved for open orders."""

    CATALOGUE: ClassVar = ("sku", "name", "description", "price_cents", "reorder_level", "is_active")
    # What the API shows of a product, wherever it does.
    SHOWN: ClassVar = (
        "id sku name description price_cents currency stock_quantity reorder_level is_active "
        "version created_at updated_at"
    ).split()

    sku = models.CharField("SKU", max_length=255)
    name = models.CharField(max_length=255)
    description = models.TextField(max_length=MOST_DESCRIPTION, blank=True)
    price_cents = models.BigIntegerField()
    stock_quantity = models.BigIntegerField(default=0, editable=False)
    # How many rows its ledger has; moves together with the stock.
    stock_seq = models.BigIntegerField(default=0, editable=False)
    reorder_level = models.BigIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    version = models.IntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ProductQuerySet.as_manager()

    class Meta:
        db_table = "products"
        default_permissions = ("view", "add", "change")
        permissions: ClassVar = [("adjust_stock", "Can adjust stock")]
        ordering: ClassVar = ["sku"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sku"], name="products_sku_unique"),
            models.CheckConstraint(condition=~Q(sku=""), name="products_sku_present"),
            models.CheckConstraint(condition=Q(price_cents__gte=0), name="products_price_not_negative"),
            models.CheckConstraint(condition=Q(stock_quantity__gte=0), name="products_stock_not_negative"),
            models.CheckConstraint(condition=Q(reorder_level__gte=0), name="products_reorder_level_not_negative"),
            models.CheckConstraint(condition=Q(version__gt=0), name="products_version_positive"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at", "id"], name="products_created_at"),
            models.Index(fields=["updated_at", "id"], name="products_updated_at"),
            models.Index(fields=["price_cents", "id"], name="products_price_cents"),
            GinIndex(SEARCHED, name="products_words"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"

    @property
    def is_low(self) -> bool:
        """Whether it is time to order more of it; as `low_on_stock` asks."""
        return self.is_active and self.stock_quantity <= self.reorder_level

    @property
    def currency(self) -> str:
        return str(settings.OMS_CURRENCY)


class AdjustmentReason(models.TextChoices):
    """Why stock was corrected, in codes that reports can count; a program may have codes of its own."""

    DELIVERY = "delivery", "delivery"
    RECOUNTED = "recounted", "recounted"
    DAMAGED = "damaged", "damaged"
    LOST = "lost", "lost"
    FOUND = "found", "found"
    EXPIRED = "expired", "expired"
    SAMPLE = "sample", "sample or own use"
    OTHER = "other", "other"


class StockMovement(models.Model):
    """One change of a product's available stock. Rows are only ever added; the database refuses anything else."""

    class Kind(models.TextChoices):
        INITIAL = "initial"
        RECEIPT = "receipt"
        SALE = "sale"
        EDIT = "edit"
        CANCELLATION = "cancellation"
        ADJUSTMENT = "adjustment"
        COUNT = "count"
        RETURN = "return"
        SHORT_CLOSE = "short_close"

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="movements", db_index=False)
    sequence = models.BigIntegerField()
    delta = models.BigIntegerField()
    balance = models.BigIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # Products do not know orders: a plain id, which `verify` checks.
    order_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=100)
    reason = models.CharField(max_length=255, blank=True)
    reason_code = models.CharField(max_length=40, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "stock_movements"
        default_permissions = ()
        ordering: ClassVar = ["product_id", "sequence"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "sequence"], name="stock_movements_sequence_unique"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="stock_movements_balance_not_negative"),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="stock_movements_sequence_positive"),
            models.CheckConstraint(
                condition=~Q(delta=0) | Q(kind__in=["initial", "count"]), name="stock_movements_delta_not_zero"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["order_id"], name="stock_movements_order", condition=Q(order_id__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.delta:+d} {self.kind}"


class ProductImportRow(StagedRow):
    """A row of a file of products, waiting to be imported. The key is the SKU."""

    name = models.TextField(null=True)  # noqa: DJ001 - a rejected row has no values
    description = models.TextField(null=True)  # noqa: DJ001
    price_cents = models.BigIntegerField(null=True)
    stock_quantity = models.BigIntegerField(null=True)
    reorder_level = models.BigIntegerField(null=True)
    is_active = models.BooleanField(null=True)

    class Meta(StagedRow.Meta):
        db_table = "product_import_rows"


class ProductImportGroup(StagedGroup):
    """The rows of one product."""

    class Meta(StagedGroup.Meta):
        db_table = "product_import_groups"
