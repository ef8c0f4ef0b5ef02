"""The acts on an order and on the records beside it, as the API shows them."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from orders.errors import REFUSALS
from orders.models import Action, Order


class BlockerSerializer(serializers.Serializer[Any]):
    """Why an act is not possible now: a stable code and a sentence."""

    code = serializers.ChoiceField(choices=list(REFUSALS))
    detail = serializers.CharField()


class ActionSerializer(serializers.Serializer[Any]):
    """An act on an order, and what stands in its way."""

    name = serializers.ChoiceField(choices=Order.ACTS)
    allowed = serializers.BooleanField()
    blockers = BlockerSerializer(many=True)


def shown_actions(actions: Iterable[Action]) -> list[dict[str, Any]]:
    return [
        {
            "name": action.name,
            "allowed": action.allowed,
            "blockers": [blocker.as_json() for blocker in action.blockers],
        }
        for action in actions
    ]
