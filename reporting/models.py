"""What reporting keeps in the database."""

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
