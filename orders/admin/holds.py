"""Holds in the back-office: placed and released on the order's page."""

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.services import names_of
from common.admin import ActForm, Text, act_on
from orders import services
from orders.admin.acts import OrderAct
from orders.admin.choosing import ChoosingAct, Which
from orders.models import Hold, Order


def holds_of(order: Order) -> list[dict[str, Any]]:
    """What holds an order now, with those who said so called by their names."""
    names = names_of({hold.placed_by for hold in order.active_holds})
    return [{"hold": hold, "who": names[hold.placed_by]} for hold in order.active_holds]


class Reasoned(ActForm):
    kind = forms.ChoiceField(choices=[(kind.value, kind.label.capitalize()) for kind in Hold.Kind])
    reason = Text(help_text="Shown at the top of the order; the timeline keeps it.")


class Settled(ActForm):
    hold_id = Which(label="Hold")
    reason = Text(required=False, help_text="What settled it, if there is something to say.")


@act_on(Order)
class PlaceHold(OrderAct):
    name, label, done = "place_hold", "Put on hold", "The order is on hold."
    permission = "orders.hold_order"
    form_class = Reasoned
    service = staticmethod(services.place_hold)


@act_on(Order)
class ReleaseHold(ChoosingAct):
    name, label, saves, done = "release_hold", "Release hold", "Release", "The hold is released."
    permission = "orders.release_hold"
    form_class = Settled
    choice, kind = "hold_id", "holds"
    service = staticmethod(services.release_hold)

    @classmethod
    def every(cls, record: Order) -> Iterable[Hold]:
        return record.holds.order_by("pk")

    @classmethod
    def possible(cls, record: Order) -> list[Hold]:
        return record.active_holds
