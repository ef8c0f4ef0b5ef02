"""The acts on an order, and what stands in the way of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django_fsm import can_proceed

from common import money
from orders.errors import InvalidTransition, NotEditable, NothingToRefund, NotOnHold, OnHold, PaymentRequired
from orders.models.holds import SHIPPING_ACTS, Hold
from orders.models.payments import PaymentState

if TYPE_CHECKING:
    from orders.models.order import Order


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why an act is not possible now: a stable code and a sentence."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Action:
    """An act on an order and what stands in its way."""

    name: str
    blockers: tuple[Blocker, ...]

    @property
    def allowed(self) -> bool:
        return not self.blockers


Rule = Callable[["Order", str], tuple[Blocker, ...]]

MOVES = {"confirm": "confirmed", "ship": "shipped", "deliver": "delivered", "cancel": "cancelled"}


def transition_is_open(order: Order, act: str) -> tuple[Blocker, ...]:
    """An act that moves the status needs a transition from the status of now."""
    if act not in MOVES or can_proceed(getattr(order, act)):
        return ()
    return (Blocker(InvalidTransition.code, f"It is {order.status} and cannot be {MOVES[act]}."),)


def items_are_open(order: Order, act: str) -> tuple[Blocker, ...]:
    """Items are fixed as soon as the order is agreed to."""
    if act != "edit_items" or order.status == order.Status.PENDING:
        return ()
    return (Blocker(NotEditable.code, f"Items can be edited while PENDING; it is {order.status}."),)


def order_is_open(order: Order, act: str) -> tuple[Blocker, ...]:
    """What has left or will never leave cannot be made to wait."""
    if act != "place_hold" or order.status in order.OPEN:
        return ()
    return (Blocker(InvalidTransition.code, f"It is {order.status} and cannot be put on hold."),)


def something_holds(order: Order, act: str) -> tuple[Blocker, ...]:
    if act != "release_hold" or order.held_for:
        return ()
    return (Blocker(NotOnHold.code, "Nothing holds it."),)


def no_hold_blocks(order: Order, act: str) -> tuple[Blocker, ...]:
    """Each kind of hold stands in the way of the acts that the table names for it."""
    kinds = (Hold.Kind(kind) for kind in order.held_for if act in Hold.BLOCKS[kind])
    return tuple(Blocker(OnHold.code, f"It is on hold: {kind.label}.") for kind in kinds)


def addresses_are_open(order: Order, act: str) -> tuple[Blocker, ...]:
    """Addresses are fixed as soon as something has left for them."""
    if act != "change_addresses" or order.status in order.OPEN:
        return ()
    return (Blocker(NotEditable.code, f"Addresses can be changed until something has left; it is {order.status}."),)


def payment_suffices(order: Order, act: str) -> tuple[Blocker, ...]:
    """An installation may ship nothing that is not paid."""
    if act not in SHIPPING_ACTS or not settings.OMS_PAYMENT_BEFORE_SHIPPING:
        return ()
    state = PaymentState(order.payment_state)
    if state.is_settled:
        return ()
    detail = f"It is {state.label}: {money.shown(order.balance_cents)} are missing."
    return (Blocker(PaymentRequired.code, detail),)


def something_came_in(order: Order, act: str) -> tuple[Blocker, ...]:
    if act != "refund" or order.paid_cents > order.refunded_cents:
        return ()
    return (Blocker(NothingToRefund.code, "Nothing that came in is left."),)


# Asked in this order; the first blocker gives a refused act its error.
RULES: tuple[Rule, ...] = (
    transition_is_open,
    items_are_open,
    addresses_are_open,
    order_is_open,
    something_holds,
    no_hold_blocks,
    payment_suffices,
    something_came_in,
)
