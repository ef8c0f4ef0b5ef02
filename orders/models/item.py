"""The lines of an order, as they were agreed."""

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from products.models import Product


class OrderItem(models.Model):
    """One product of an order, with price, SKU and name as they were agreed when it was added."""

    # Both are indexed together below, either way round.
    order = models.ForeignKey("Order", on_delete=models.PROTECT, related_name="items", db_index=False)
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


def total_of(lines: Iterable[OrderItem]) -> int:
    return sum(line.quantity * line.unit_price_cents for line in lines)
