"""The event log: written in the transaction of the change, read without losing an event."""

from events.services.consuming import IN_BATCH, Batch, Lag, consume, hold_consumer, lags
from events.services.reading import START, Extent, Position, extent, log_is_readable, position_of, read_after, rebase
from events.services.telling import Entry, has_happened, timeline
from events.services.writing import Change, append, append_each, append_first, forget_personal, to_json

__all__ = [
    "IN_BATCH",
    "START",
    "Batch",
    "Change",
    "Entry",
    "Extent",
    "Lag",
    "Position",
    "append",
    "append_each",
    "append_first",
    "consume",
    "extent",
    "forget_personal",
    "has_happened",
    "hold_consumer",
    "lags",
    "log_is_readable",
    "position_of",
    "read_after",
    "rebase",
    "timeline",
    "to_json",
]
