"""Gives room for the longest key with the name of one of many items after it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("common", "0003_waiting_imports")]

    operations = [
        migrations.AlterField(
            model_name="idempotencykey",
            name="key",
            field=models.CharField(max_length=275),
        ),
    ]
