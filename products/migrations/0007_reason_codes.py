"""The ledger keeps the code of a reason beside its words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("products", "0006_short_close")]

    operations = [
        migrations.AddField(
            model_name="stockmovement",
            name="reason_code",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
    ]
