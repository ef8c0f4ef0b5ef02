"""The event log: audit trail, an order's timeline and outbox in one append-only table."""

from typing import Any, ClassVar

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now


class TransactionIdField(models.Field):  # type: ignore[type-arg]  # not subscriptable at run time
    """PostgreSQL's 64-bit transaction id, which never wraps."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> str | None:
        return None if value is None else str(value)


class Event(models.Model):
    """One change of the business, written in the transaction of the change.

    Column names follow Debezium's outbox event router. `payload` is the change: folding an aggregate's events
    from version 1 rebuilds its row. Personal data stands in `personal` alone, which can be nulled, once.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    # Filled by the database (an identity column, see the first migration); only (epoch, xid, position) orders events.
    position = models.BigIntegerField(editable=False)
    epoch = models.IntegerField(db_default=1)
    xid = TransactionIdField()
    aggregatetype = models.CharField(max_length=40)
    aggregateid = models.BigIntegerField()
    version = models.IntegerField()
    type = models.CharField(max_length=60)
    payload = models.JSONField()
    personal = models.JSONField(null=True)
    actor = models.CharField(max_length=100)
    request_id = models.CharField(max_length=100, null=True)  # noqa: DJ001 - none is not an empty id
    occurred_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "events"
        default_permissions = ("view",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["aggregatetype", "aggregateid", "version"], name="events_aggregate_version_unique"
            ),
            models.CheckConstraint(condition=models.Q(version__gt=0), name="events_version_positive"),
        ]
        indexes: ClassVar = [models.Index(fields=["epoch", "xid", "position"], name="events_log_order")]

    def __str__(self) -> str:
        return f"{self.aggregatetype} {self.aggregateid} v{self.version} {self.type}"

    def as_json(self) -> dict[str, Any]:
        """The event as the API shows it; its position is text that means nothing but a place in the log."""
        return {
            "id": self.id,
            "position": f"{self.epoch}.{self.xid}.{self.position}",
            "aggregate_type": self.aggregatetype,
            "aggregate_id": self.aggregateid,
            "version": self.version,
            "type": self.type,
            "payload": self.payload,
            "personal": self.personal,
            "actor": self.actor,
            "request_id": self.request_id,
            "occurred_at": self.occurred_at,
        }


class Epoch(models.Model):
    """One row: the number of the cluster the log lives in now. Transaction ids compare only within one."""

    epoch = models.IntegerField(primary_key=True)

    class Meta:
        db_table = "event_epoch"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.epoch)


class Cursor(models.Model):
    """How far one consumer has read."""

    consumer = models.CharField(max_length=60, primary_key=True)
    epoch = models.IntegerField(default=0)
    xid = TransactionIdField(default=0)
    position = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "event_cursors"
        default_permissions = ()

    def __str__(self) -> str:
        return self.consumer
