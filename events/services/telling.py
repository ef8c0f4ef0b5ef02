"""Telling people what happened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.services import names_of
from events.models import Event


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a person reads it. `fields` are its {field: (old, new)}, which may be personal."""

    version: int
    type: str
    who: str
    at: datetime
    payload: dict[str, Any]
    fields: dict[str, tuple[Any, Any]]
    note: str

    @property
    def words(self) -> str:
        """Items changed, for order.items_changed."""
        return self.type.partition(".")[2].replace("_", " ").capitalize()


def timeline(aggregate_type: str, aggregate_id: int, *, after: int = 0, limit: int = 200) -> list[Entry]:
    """What happened to one thing after a version of it, newest first, with people called by their names."""
    story = Event.objects.filter(aggregatetype=aggregate_type, aggregateid=aggregate_id, version__gt=after)
    events = list(story.order_by("-version")[:limit])
    names = names_of({event.actor for event in events})
    return [_entry(event, names[event.actor]) for event in events]


def _entry(event: Event, who: str) -> Entry:
    personal = event.personal or {}
    told = {**event.payload, **personal}.items()
    fields = {name: (pair[0], pair[1]) for name, pair in told if name != "fields" and _is_change(pair)}
    fields |= {name: _as_change(value) for name, value in personal.items() if name.endswith("address")}
    return Entry(event.version, event.type, who, event.occurred_at, event.payload, fields, personal.get("note", ""))


def _is_change(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and not any(isinstance(each, dict | list) for each in value)


def _as_change(value: Any) -> tuple[Any, Any]:
    """An address that something began with, or the old and the new one."""
    return (value[0], value[1]) if isinstance(value, list) else (None, value)


def has_happened(aggregate_type: str, aggregate_id: int, type_: str) -> bool:
    """Whether the story of one thing has an event of this type."""
    return Event.objects.filter(aggregatetype=aggregate_type, aggregateid=aggregate_id, type=type_).exists()
