"""What reporting keeps in the database: rollups, which are sums over all orders placed in a stretch of time.

They say everything up to a place in the event log; a report adds the events after it. What they are sums of stands in
`folding.py`; `rollups.py` writes them.
"""

from django.db import models


class Report(models.Model):
    """Stands for the reports where Django wants a model: at their permissions and in the back-office.

    It has no table: what a report is, `reporting.reports` says.
    """

    class Meta:
        managed = False
        default_permissions = ()

    def __str__(self) -> str:
        return "report"


class Figures(models.Model):
    """The sums. Cents are numeric, for the totals of two orders may exceed a bigint."""

    orders = models.BigIntegerField()
    units = models.BigIntegerField()
    gross_cents = models.DecimalField(max_digits=40, decimal_places=0)
    cancelled_orders = models.BigIntegerField()
    cancelled_units = models.BigIntegerField()
    cancelled_cents = models.DecimalField(max_digits=40, decimal_places=0)
    short_closed_units = models.BigIntegerField()
    short_closed_cents = models.DecimalField(max_digits=40, decimal_places=0)
    returned_units = models.BigIntegerField()
    returned_cents = models.DecimalField(max_digits=40, decimal_places=0)

    class Meta:
        abstract = True


class SalesQuarter(Figures):
    """What was sold in a quarter of an hour: the days of any zone are made of them."""

    starts_at = models.DateTimeField(primary_key=True)

    class Meta:
        db_table = "sales_quarters"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class RollupZone(models.Model):
    """A zone whose days and months are kept. Rows are added from then on; `is_whole` once they tell of all orders."""

    zone = models.CharField(max_length=60, primary_key=True)
    is_whole = models.BooleanField()

    class Meta:
        db_table = "rollup_zones"
        default_permissions = ()

    def __str__(self) -> str:
        return self.zone


class SalesDay(Figures):
    """What was sold on a day of a zone that is kept."""

    pk = models.CompositePrimaryKey("zone", "day")
    zone = models.CharField(max_length=60)
    day = models.DateField()

    class Meta:
        db_table = "sales_days"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day} {self.zone}"


class ProductMonth(Figures):
    """What was sold of a product in a month of a zone that is kept; `orders` are those it is on."""

    pk = models.CompositePrimaryKey("zone", "month", "product_id")
    zone = models.CharField(max_length=60)
    month = models.DateField()  # its first day
    # A plain id, as everywhere beyond an aggregate; `verify` compares with the orders.
    product_id = models.BigIntegerField()

    class Meta:
        db_table = "product_months"
        default_permissions = ()

    def __str__(self) -> str:
        return f"product {self.product_id} in {self.month:%Y-%m} {self.zone}"


class ProductTotal(Figures):
    """What was sold of a product, ever: the same in every zone."""

    product_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "product_totals"
        default_permissions = ()

    def __str__(self) -> str:
        return f"product {self.product_id}"
