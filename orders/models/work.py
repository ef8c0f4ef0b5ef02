"""The parts of a day's work with orders."""

from collections.abc import Callable
from dataclasses import dataclass

from common.counting import capped_count
from orders.models.order import Order, OrderQuerySet


@dataclass(frozen=True, slots=True)
class Work:
    """Orders that wait for the same thing."""

    name: str
    label: str
    of: Callable[[OrderQuerySet], OrderQuerySet]

    def count(self) -> str:
        return capped_count(self.of(Order.objects.all()))


WORK = (
    Work("to_confirm", "To confirm", OrderQuerySet.to_confirm),
    Work("to_ship", "To ship", OrderQuerySet.to_ship),
    Work("returns_to_receive", "Returns to receive", OrderQuerySet.returns_to_receive),
    Work("late", "Late", OrderQuerySet.late),
    Work("on_hold", "On hold", OrderQuerySet.on_hold),
)
