"""Fields that several forms of orders have."""

from typing import Any

from common.admin import LongText

MOST_NOTE = 4_000


class NoteField(LongText):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MOST_NOTE, **kwargs)
