"""The shape of the tables in which the rows of a file wait; each app has its own, with its own columns."""

from typing import ClassVar

from django.db import models


class StagedRow(models.Model):
    """One row of a file. Rows with the same `key` belong together; `code` says why a row was rejected."""

    pk = models.CompositePrimaryKey("run", "row")
    run = models.UUIDField()
    row = models.BigIntegerField()
    key = models.TextField(null=True)  # noqa: DJ001 - a rejected row has none
    # Of the rows that belong together, the last one of the highest rank speaks for them.
    rank = models.SmallIntegerField(default=0)
    code = models.TextField(null=True)  # noqa: DJ001 - most rows are not rejected

    class Meta:
        abstract = True
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["run", "key"], name="%(class)s_key")]

    def __str__(self) -> str:
        return f"row {self.row}"


class StagedGroup(models.Model):
    """Rows that belong together, in the order of their first rows; `outcome` is null when they were imported."""

    pk = models.CompositePrimaryKey("run", "key")
    run = models.UUIDField()
    key = models.TextField()
    first_row = models.BigIntegerField()
    rows = models.BigIntegerField()
    best_rank = models.SmallIntegerField()
    best_row = models.BigIntegerField()
    outcome = models.TextField(null=True)  # noqa: DJ001 - null: imported

    class Meta:
        abstract = True
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["run", "first_row"], name="%(class)s_first_row")]

    def __str__(self) -> str:
        return self.key
