"""Many changes in one request: each item is done in a transaction of its own and has an outcome of its own."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from rest_framework import serializers

from common.api.answers import ProblemSerializer, problem
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


class ItemField(serializers.JSONField):
    """One of many, which is checked against its serializer when its turn comes."""

    def __init__(self, serializer: type[InputSerializer], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.serializer = serializer


def items_of(serializer: type[InputSerializer]) -> StrictListField:
    return StrictListField(child=ItemField(serializer), allow_empty=False, max_length=MOST_ITEMS)


class Results(serializers.Serializer[Any]):
    """What became of each item, in the order of the request; a problem is what the item by itself would have met."""


class IndexedResult(serializers.Serializer[Any]):
    optional = ("id", "problem")

    index = serializers.IntegerField(min_value=0)
    ok = serializers.BooleanField()
    id = serializers.IntegerField(min_value=1)
    problem = ProblemSerializer()


class IndexedResults(Results):
    example: ClassVar = {
        "results": [
            {"index": 0, "ok": True, "id": 7},
            {"index": 1, "ok": False, "problem": problem(400, "validation_error")},
        ]
    }

    results = IndexedResult(many=True)


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
