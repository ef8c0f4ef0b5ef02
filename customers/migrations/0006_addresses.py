"""The address books of customers."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=255)),
                ("company", models.CharField(blank=True, max_length=255)),
                ("line1", models.CharField(max_length=255, verbose_name="line 1")),
                ("line2", models.CharField(blank=True, max_length=255, verbose_name="line 2")),
                ("postal_code", models.CharField(blank=True, max_length=255)),
                ("city", models.CharField(max_length=255)),
                ("region", models.CharField(blank=True, max_length=255)),
                ("country", models.CharField(max_length=2)),
                ("phone", models.CharField(blank=True, max_length=255)),
                ("is_default_shipping", models.BooleanField(default=False)),
                ("is_default_billing", models.BooleanField(default=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addresses",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "customer addresses",
                "db_table": "customer_addresses",
                "ordering": ["-id"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["customer", "id"], name="customer_addresses_customer")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True),
                            models.Q(("line1", ""), _negated=True),
                            models.Q(("city", ""), _negated=True),
                        ),
                        name="customer_addresses_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")), name="customer_addresses_country_code"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default_shipping", True)),
                        fields=("customer",),
                        name="customer_addresses_one_shipping",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default_billing", True)),
                        fields=("customer",),
                        name="customer_addresses_one_billing",
                    ),
                ],
            },
        ),
    ]
