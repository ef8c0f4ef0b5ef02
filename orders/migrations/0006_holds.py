"""Holds beside orders, and who may place and release them."""

from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from accounts.roles import grant
from orders.permissions import GRANTS


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("orders", "order", GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_search"),
        ("orders", "0005_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("payment", "payment"),
                            ("fraud_review", "fraud review"),
                            ("address", "address"),
                            ("customer_request", "customer's request"),
                            ("stock", "stock"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(max_length=255)),
                ("placed_by", models.CharField(max_length=255)),
                ("placed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("released_by", models.CharField(max_length=255, null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("release_reason", models.CharField(blank=True, default="", max_length=255)),
            ],
            options={
                "db_table": "order_holds",
                "default_permissions": (),
            },
        ),
        migrations.AlterModelOptions(
            name="order",
            options={
                "default_permissions": ("view",),
                "ordering": ["-id"],
                "permissions": [
                    ("place_order", "Can place orders"),
                    ("edit_items", "Can edit the items of orders"),
                    ("confirm_order", "Can confirm orders"),
                    ("ship_order", "Can ship orders"),
                    ("deliver_order", "Can deliver orders"),
                    ("cancel_order", "Can cancel orders"),
                    ("add_note", "Can add notes to orders"),
                    ("hold_order", "Can put orders on hold"),
                    ("release_hold", "Can release orders from a hold"),
                ],
            },
        ),
        migrations.AddField(
            model_name="order",
            name="held_for",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20), db_default=[], default=list, editable=False, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("held_for", []), _negated=True), fields=["created_at", "id"], name="orders_on_hold"
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="order",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="orders.order"
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(fields=["order", "id"], name="order_holds_order"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["payment", "fraud_review", "address", "customer_request", "stock"])),
                name="order_holds_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("release_reason", ""), ("released_at", None), ("released_by", None)),
                    models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                    _connector="OR",
                ),
                name="order_holds_released_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at", None)), fields=("order", "kind"), name="order_holds_active_once"
            ),
        ),
        migrations.RunPython(grant_to_roles, migrations.RunPython.noop),
    ]
