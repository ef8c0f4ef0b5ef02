"""Copies of the addresses on orders, and who may change them."""

from typing import Any

from django.db import migrations, models

import common.addresses
from accounts.roles import grant
from orders.permissions import GRANTS


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("orders", "order", GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_addresses"),
        ("orders", "0006_holds"),
    ]

    operations = [
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
                ],
            },
        ),
        migrations.AddField(
            model_name="order",
            name="billing_address",
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="order",
            name="shipping_address",
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shipping_address__isnull", True), common.addresses.IsAddress("shipping_address"), _connector="OR"
                ),
                name="orders_shipping_address_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("billing_address__isnull", True), common.addresses.IsAddress("billing_address"), _connector="OR"
                ),
                name="orders_billing_address_complete",
            ),
        ),
        migrations.RunPython(grant_to_roles, migrations.RunPython.noop),
    ]
