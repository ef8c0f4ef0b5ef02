"""Groups of customers, customers as aliases of others, and who may group and merge them."""

from typing import Any

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models

from accounts.roles import grant
from customers.permissions import GRANTS, GROUP_GRANTS


def grant_to_roles(apps: Any, schema_editor: Any) -> None:
    grant("customers", "customer", GRANTS, using=schema_editor.connection.alias)
    grant("customers", "customergroup", GROUP_GRANTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_addresses"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="customer",
            options={
                "default_permissions": ("view", "add", "change"),
                "ordering": ["-id"],
                "permissions": [
                    ("anonymise_customer", "Can anonymise customers"),
                    ("merge_customer", "Can merge customers"),
                ],
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="merged_into",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="aliases",
                to="customers.customer",
            ),
        ),
        migrations.CreateModel(
            name="CustomerGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=255)),
                ("description", models.CharField(blank=True, max_length=255)),
                ("version", models.IntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
            options={
                "db_table": "customer_groups",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"), name="customer_groups_name_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="customer_groups_name_present"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gt", 0)), name="customer_groups_version_positive"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="group",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="customers",
                to="customers.customergroup",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["group", "id"], name="customers_group"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="customers_merged_into"
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True), name="customers_merged_into_another"
            ),
        ),
        migrations.RunPython(grant_to_roles, migrations.RunPython.noop),
    ]
