"""Payments and refunds beside orders, what they make of an order, and who may record them."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Case, F, Q, Value, When
from django.db.models.lookups import Exact, LessThan

from accounts.roles import grant
from orders.permissions import GRANTS

DUE = Case(When(status="CANCELLED", then=Value(0)), default=F("total_cents"), output_field=models.BigIntegerField())
NET = F("paid_cents") - F("refunded_cents")
STATE = Case(
    When(Exact(NET, Value(0)) & Q(refunded_cents__gt=0), then=Value("refunded")),
    When(Exact(NET, DUE), then=Value("paid")),
    When(Exact(NET, Value(0)), then=Value("unpaid")),
    When(LessThan(NET, DUE), then=Value("partial")),
    default=Value("overpaid"),
)
SAME_ORDER = """
ALTER TABLE order_refunds ADD CONSTRAINT order_refunds_of_payment FOREIGN KEY (order_id, payment_id)
    REFERENCES order_payments (order_id, id)
"""
NOT_SAME_ORDER = "ALTER TABLE order_refunds DROP CONSTRAINT order_refunds_of_payment"


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("orders", "order", GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_search"),
        ("orders", "0007_addresses"),
    ]

    operations = [
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("bank_transfer", "bank transfer"),
                            ("card", "card"),
                            ("cash", "cash"),
                            ("direct_debit", "direct debit"),
                            ("wallet", "wallet (PayPal and the like)"),
                            ("voucher", "voucher"),
                            ("other", "other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reference", models.CharField(blank=True, default="", max_length=255)),
                ("amount_cents", models.BigIntegerField()),
                ("refunded_cents", models.BigIntegerField(db_default=0, default=0)),
                ("received_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=255)),
                ("voided_at", models.DateTimeField(null=True)),
                ("voided_by", models.CharField(max_length=255, null=True)),
                ("void_reason", models.CharField(blank=True, default="", max_length=255)),
            ],
            options={
                "db_table": "order_payments",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_cents", models.BigIntegerField()),
                ("reference", models.CharField(blank=True, default="", max_length=255)),
                ("reason", models.CharField(max_length=255)),
                ("refunded_at", models.DateTimeField()),
                ("refunded_by", models.CharField(max_length=255)),
            ],
            options={
                "db_table": "order_refunds",
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
                    ("change_addresses", "Can change the addresses of orders"),
                    ("confirm_order", "Can confirm orders"),
                    ("ship_order", "Can ship orders"),
                    ("deliver_order", "Can deliver orders"),
                    ("cancel_order", "Can cancel orders"),
                    ("add_note", "Can add notes to orders"),
                    ("hold_order", "Can put orders on hold"),
                    ("release_hold", "Can release orders from a hold"),
                    ("record_payment", "Can record payments and void them"),
                    ("refund_payment", "Can refund payments"),
                ],
            },
        ),
        migrations.AddField(
            model_name="order",
            name="paid_cents",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="order",
            name="refunded_cents",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded_cents__gte", 0), ("refunded_cents__lte", models.F("paid_cents"))),
                name="orders_refunded_within_paid",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="order",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="order",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="payment",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="orders.payment"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="balance_cents",
            field=models.GeneratedField(db_persist=True, expression=DUE - NET, output_field=models.BigIntegerField()),
        ),
        migrations.AddField(
            model_name="order",
            name="payment_state",
            field=models.GeneratedField(
                choices=[
                    ("unpaid", "unpaid"),
                    ("partial", "partly paid"),
                    ("paid", "paid"),
                    ("overpaid", "overpaid"),
                    ("refunded", "refunded"),
                ],
                db_persist=True,
                expression=STATE,
                output_field=models.CharField(max_length=10),
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("method__in", ["bank_transfer", "card", "cash", "direct_debit", "wallet", "voucher", "other"])
                ),
                name="order_payments_method_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_cents__gt", 0)), name="order_payments_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded_cents__gte", 0), ("refunded_cents__lte", models.F("amount_cents"))),
                name="order_payments_refunded_within_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(("voided_at__isnull", False), ("voided_by__isnull", False)),
                    _connector="OR",
                ),
                name="order_payments_voided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("voided_at", None), ("refunded_cents", 0), _connector="OR"),
                name="order_payments_voided_or_refunded",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(fields=("order", "id"), name="order_payments_of_order"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["order", "payment"], name="order_refunds_order_payment"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_cents__gt", 0)), name="order_refunds_amount_positive"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["payment_state", "created_at"], name="orders_payment_state"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["balance_cents", "id"], name="orders_balance_cents"),
        ),
        migrations.RunSQL(SAME_ORDER, NOT_SAME_ORDER),
        migrations.RunPython(grant_to_roles, migrations.RunPython.noop),
    ]
