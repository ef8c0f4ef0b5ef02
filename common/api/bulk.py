"""Many changes in one request: each item is done in a transaction of its own and has an outcome of its own."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from common.api.fields import InputSerializer, StrictListField
from common.idempotency import Answer

MOST_ITEMS = 500


@dataclass(frozen=True, slots=True)
class Item:
    """One change of many, which may be refused without keeping the others from being done.

    `name` tells it from the others under the request's Idempotency-Key: the id it is about, or its index.
    """

    name: int
    body: Any
    act: Callable[[], Answer]


class ItemsInput(InputSerializer):
    """A list of items, each of which is checked when its turn comes."""

    items = StrictListField(child=serializers.JSONField(), allow_empty=False, max_length=MOST_ITEMS)


# Makes the JSON of one result of the item and its answer or problem.
Result = Callable[[Item, Answer | str], str]


def by_index(item: Item, outcome: Answer | str) -> str:
    """`{index, ok, id or problem}`."""
    known = {"index": item.name}
    if isinstance(outcome, str):
        return _with(known | {"ok": False}, "problem", outcome)
    return json.dumps(known | {"ok": True, "id": outcome.subject_id})


def by_id(record: str) -> Result:
    """`{id, ok, record or problem}`, the record byte for byte as it was answered the first time."""

    def result(item: Item, outcome: Answer | str) -> str:
        known: Mapping[str, Any] = {"id": item.name, "ok": not isinstance(outcome, str)}
        return _with(known, "problem", outcome) if isinstance(outcome, str) else _with(known, record, outcome.body)

    return result


def _with(known: Mapping[str, Any], name: str, value: str) -> str:
    """A JSON object of what is known and one more member, whose value is JSON already."""
    return f'{json.dumps(known)[:-1]}, "{name}": {value}}}'
