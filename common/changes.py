"""Changing a record that has a version, whose change an event tells as {field: [old, new]}."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

Changes = dict[str, list[Any]]


def differing(record: Any, fields: Mapping[str, Any]) -> Changes:
    """Of what is named of a record, what is not so already."""
    return {name: [getattr(record, name), value] for name, value in fields.items() if getattr(record, name) != value}


def make_changes(record: Any, changes: Changes) -> None:
    """Give a record that is held its new values, and save its next version."""
    for name, (_, value) in changes.items():
        setattr(record, name, value)
    save_next_version(record, *changes)


def save_next_version(record: Any, *columns: str) -> None:
    """Save these columns of a record that is held, and count its version."""
    record.version += 1
    record.updated_at = timezone.now()
    record.save(update_fields=[*columns, "version", "updated_at"])
