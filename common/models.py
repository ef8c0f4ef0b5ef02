"""The answers kept for repeated requests."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class IdempotencyKey(models.Model):
    """One answered request: a repeat under the same key gets the first answer, byte for byte.

    The row is written in the transaction of the change it answers, so neither exists without the other.
    `subject_type` and `subject_id` name what the answer is about, for `verify`.
    """

    owner_id = models.BigIntegerField()
    key = models.CharField(max_length=275)  # of a bulk call's item: the caller's key, a colon and the item's name
    fingerprint = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    subject_type = models.CharField(max_length=40, default="", blank=True)
    subject_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "idempotency_keys"
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner_id", "key"], name="idempotency_keys_owner_key_unique"),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_keys_created_at")]

    def __str__(self) -> str:
        return self.key


class ImportRun(models.Model):
    """One run of an import. Its rows in the staging tables are its own; when it falls silent, the next run clears them.

    The table is unlogged like those: after a crash of the database both are empty.
    """

    id = models.UUIDField(primary_key=True)
    target = models.CharField(max_length=60)
    abandoned = models.BooleanField(default=False)
    touched_at = models.DateTimeField(db_default=Now())
    # Of a run that waits for a person to look it over: whose it is, and what it would do.
    owner_id = models.BigIntegerField(null=True)
    file_name = models.CharField(max_length=255, default="", db_default="")
    account = models.JSONField(default=dict, db_default={})
    rejects = models.TextField(default="", db_default="")

    class Meta:
        db_table = "import_runs"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.target} {self.pk}"
