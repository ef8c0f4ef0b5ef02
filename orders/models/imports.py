"""Where the lines of a file of orders wait to be judged."""

from django.db import models

from common.imports.models import StagedGroup, StagedRow


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
