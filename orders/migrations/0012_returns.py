"""What is sent back of orders, what that makes of an order, and who may do it."""

from typing import Any

import django.db.models.deletion
import django_fsm
from django.db import migrations, models
from django.db.models import Case, F, Q, Value, When
from django.db.models.lookups import Exact, LessThan

from accounts.roles import grant
from orders.permissions import GRANTS

DUE = Case(
    When(status="CANCELLED", then=Value(0)),
    default=F("total_cents") - F("short_closed_cents") - F("returned_cents"),
    output_field=models.BigIntegerField(),
)
NET = F("paid_cents") - F("refunded_cents")
STATE = Case(
    When(Exact(NET, Value(0)) & Q(refunded_cents__gt=0), then=Value("refunded")),
    When(Exact(NET, DUE), then=Value("paid")),
    When(Exact(NET, Value(0)), then=Value("unpaid")),
    When(LessThan(NET, DUE), then=Value("partial")),
    default=Value("overpaid"),
)
SAME_ORDER = """
ALTER TABLE order_refunds ADD CONSTRAINT order_refunds_of_return FOREIGN KEY (order_id, return_id)
    REFERENCES order_returns (order_id, id)
"""
NOT_SAME_ORDER = "ALTER TABLE order_refunds DROP CONSTRAINT order_refunds_of_return"
GUARD = """
CREATE FUNCTION order_returns_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND OLD.status <> 'requested' THEN
        RAISE EXCEPTION 'a return does not go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'order_returns_status_transition';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER order_returns_guard BEFORE UPDATE OF status ON order_returns
    FOR EACH ROW EXECUTE FUNCTION order_returns_guard();
"""
NO_GUARD = """
DROP TRIGGER order_returns_guard ON order_returns;
DROP FUNCTION order_returns_guard();
"""


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("orders", "order", GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0007_groups_and_merging"),
        ("orders", "0011_duplicates"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReturnLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.IntegerField()),
                (
                    "disposition",
                    models.CharField(
                        choices=[("restock", "back into the stock"), ("write_off", "written off")],
                        max_length=16,
                        null=True,
                    ),
                ),
            ],
            options={
                "db_table": "order_return_lines",
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
                ],
            },
        ),
        migrations.AddField(
            model_name="order",
            name="return_state",
            field=models.CharField(
                choices=[
                    ("none", "None"),
                    ("requested", "Requested"),
                    ("partial", "Partial"),
                    ("complete", "Complete"),
                ],
                db_default="none",
                default="none",
                editable=False,
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="returned_cents",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        # What is due is less by what came back: the columns that the database makes of it are made anew.
        migrations.RemoveIndex(model_name="order", name="orders_payment_state"),
        migrations.RemoveIndex(model_name="order", name="orders_balance_cents"),
        migrations.RemoveField(model_name="order", name="balance_cents"),
        migrations.RemoveField(model_name="order", name="payment_state"),
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
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["payment_state", "created_at"], name="orders_payment_state"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["balance_cents", "id"], name="orders_balance_cents"),
        ),
        migrations.CreateModel(
            name="Return",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[("requested", "Requested"), ("received", "Received"), ("cancelled", "Cancelled")],
                        default="requested",
                        max_length=16,
                        protected=True,
                    ),
                ),
                ("reason", models.CharField(max_length=255)),
                ("reason_code", models.CharField(blank=True, max_length=40)),
                ("requested_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "db_table": "order_returns",
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="order",
            name="exchange_for",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exchanges",
                to="orders.return",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="sent_back",
            field=models.ForeignKey(
                db_column="return_id",
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="orders.return",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("return_state", "none"), _negated=True),
                fields=["return_state", "created_at"],
                name="orders_return_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returned_cents__gte", 0),
                    (
                        "returned_cents__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("total_cents"), "-", models.F("short_closed_cents")
                        ),
                    ),
                ),
                name="orders_returned_within_total",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("return_state", "none"),
                    models.Q(
                        ("return_state__in", ["requested", "partial", "complete"]),
                        models.Q(("fulfilment_state", "none"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="orders_return_state_fits_fulfilment",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("exchange_for__isnull", False)),
                fields=("exchange_for",),
                name="orders_exchanged_once",
            ),
        ),
        migrations.AddField(
            model_name="returnline",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="returned_in", to="orders.orderitem"
            ),
        ),
        migrations.AddField(
            model_name="returnline",
            name="of",
            field=models.ForeignKey(
                db_column="return_id",
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="orders.return",
            ),
        ),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at", None), ("received_at", None), ("status", "requested")),
                    models.Q(("cancelled_at", None), ("received_at__isnull", False), ("status", "received")),
                    models.Q(("cancelled_at__isnull", False), ("received_at", None), ("status", "cancelled")),
                    _connector="OR",
                ),
                name="order_returns_times_follow_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.UniqueConstraint(fields=("order", "id"), name="order_returns_of_order"),
        ),
        migrations.AddConstraint(
            model_name="returnline",
            constraint=models.UniqueConstraint(
                fields=("of", "item", "disposition"), name="order_return_lines_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="returnline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="order_return_lines_quantity_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="returnline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("disposition", None), ("disposition__in", ["restock", "write_off"]), _connector="OR"
                ),
                name="order_return_lines_disposition_known",
            ),
        ),
        migrations.RunSQL(SAME_ORDER, NOT_SAME_ORDER),
        migrations.RunSQL(GUARD, NO_GUARD),
        migrations.RunPython(grant_to_roles, migrations.RunPython.noop),
    ]
