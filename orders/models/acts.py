"""The acts on an order, and what stands in the way of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django_fsm import can_proceed

from common import money
from orders.errors import (
    REFUSALS,
    AlreadyDispatched,
    AlreadyExchanged,
    InvalidTransition,
    LastOpenUnit,
    NotEditable,
    NothingOpen,
    NothingToRefund,
    NothingToReturn,
    NotOnHold,
    OnHold,
    PaymentRequired,
)
from orders.models import units
from orders.models.holds import Hold
from orders.models.payments import PaymentState

if TYPE_CHECKING:
    from orders.models.order import Order
    from orders.models.returns import Return
    from orders.models.shipments import Shipment


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why an act is not possible now: a stable code and a sentence."""

    code: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """As an order says it beside the act, and the refusal of the act, too."""
        return {"code": self.code, "detail": self.detail}


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
    if can_proceed(getattr(order, act)):
        return ()
    return (Blocker(InvalidTransition.code, f"It is {order.status} and cannot be {MOVES[act]}."),)


def items_are_open(order: Order, act: str) -> tuple[Blocker, ...]:
    """Items are fixed as soon as the order is agreed to."""
    if order.status == order.Status.PENDING:
        return ()
    return (Blocker(NotEditable.code, f"Items can be edited while PENDING; it is {order.status}."),)


def addresses_are_open(order: Order, act: str) -> tuple[Blocker, ...]:
    """Addresses are fixed as soon as something has left for them."""
    if order.status in order.OPEN and order.fulfilment_state == order.Fulfilment.NONE:
        return ()
    so_far = "some of it has left" if order.status in order.OPEN else f"it is {order.status}"
    return (Blocker(NotEditable.code, f"Addresses can be changed until something has left; {so_far}."),)


def order_is_open(order: Order, act: str) -> tuple[Blocker, ...]:
    """What has left or will never leave cannot be made to wait."""
    if order.status in order.OPEN:
        return ()
    return (Blocker(InvalidTransition.code, f"It is {order.status} and cannot be put on hold."),)


def something_holds(order: Order, act: str) -> tuple[Blocker, ...]:
    return () if order.held_for else (Blocker(NotOnHold.code, "Nothing holds it."),)


def no_hold_blocks(order: Order, act: str) -> tuple[Blocker, ...]:
    """Each kind of hold stands in the way of the acts that the table names for it."""
    kinds = (Hold.Kind(kind) for kind in order.held_for if act in Hold.BLOCKS[kind])
    return tuple(Blocker(OnHold.code, f"It is on hold: {kind.label}.") for kind in kinds)


def payment_suffices(order: Order, act: str) -> tuple[Blocker, ...]:
    """An installation may ship nothing of which something is still to be paid."""
    if order.balance_cents <= 0 or not settings.OMS_PAYMENT_BEFORE_SHIPPING:
        return ()
    state = PaymentState(order.payment_state)
    detail = f"It is {state.label}: {money.shown(order.balance_cents)} are missing."
    return (Blocker(PaymentRequired.code, detail),)


def something_came_in(order: Order, act: str) -> tuple[Blocker, ...]:
    if order.paid_cents > order.refunded_cents:
        return ()
    return (Blocker(NothingToRefund.code, "Nothing that came in is left."),)


FULFILLING = {
    "prepare_shipment": "packed",
    "dispatch_shipment": "shipped",
    "void_shipment": "unpacked",
    "short_close": "short-closed",
}


def order_is_being_fulfilled(order: Order, act: str) -> tuple[Blocker, ...]:
    """Shipments are made, dispatched and voided, and units given up, while an order is CONFIRMED."""
    if order.status == order.Status.CONFIRMED:
        return ()
    return (Blocker(InvalidTransition.code, f"It is {order.status} and cannot be {FULFILLING[act]}."),)


def shipments_can_arrive(order: Order, act: str) -> tuple[Blocker, ...]:
    """The last of an order's shipments may arrive after it was SHIPPED."""
    if order.status in (order.Status.CONFIRMED, order.Status.SHIPPED):
        return ()
    return (Blocker(InvalidTransition.code, f"It is {order.status} and cannot be delivered."),)


def nothing_has_left(order: Order, act: str) -> tuple[Blocker, ...]:
    """What has left cannot be called off."""
    if order.status != order.Status.CONFIRMED or order.fulfilment_state == order.Fulfilment.NONE:
        return ()
    return (Blocker(AlreadyDispatched.code, "Some of it has left; short-close the rest."),)


def units_are_free(order: Order, act: str) -> tuple[Blocker, ...]:
    """Only units in no shipment can be put into one or be short-closed."""
    if order.status != order.Status.CONFIRMED or units.free(order):
        return ()
    return (Blocker(NothingOpen.code, "All that has not left is in prepared shipments."),)


def units_can_be_given_up(order: Order, act: str) -> tuple[Blocker, ...]:
    """Units that are free, but not the last one of an order of which nothing was dispatched."""
    if order.status != order.Status.CONFIRMED:
        return ()
    return units_are_free(order, act) or last_unit_stays(order, 1)


def last_unit_stays(order: Order, closing: int) -> tuple[Blocker, ...]:
    """An order of which nothing was dispatched is cancelled, not short-closed to nothing."""
    if order.fulfilment_state != order.Fulfilment.NONE or units.waiting(order).total() > closing:
        return ()
    return (Blocker(LastOpenUnit.code, "Nothing would be left of it, and nothing was dispatched: cancel it."),)


def something_can_come_back(order: Order, act: str) -> tuple[Blocker, ...]:
    """Only what has left can be sent back, and only once."""
    if order.fulfilment_state == order.Fulfilment.NONE:
        return (Blocker(NothingToReturn.code, "Nothing of it has left."),)
    if not units.returnable(order):
        return (Blocker(NothingToReturn.code, "All that has left of it is in returns."),)
    return ()


# What each act asks, in this order; the first blocker gives a refused act its error.
RULES: Mapping[str, tuple[Rule, ...]] = {
    "edit_items": (items_are_open,),
    "change_addresses": (addresses_are_open,),
    "confirm": (transition_is_open, no_hold_blocks),
    "prepare_shipment": (order_is_being_fulfilled, units_are_free, no_hold_blocks, payment_suffices),
    "ship": (transition_is_open, no_hold_blocks, payment_suffices),
    "short_close": (order_is_being_fulfilled, units_can_be_given_up),
    "deliver": (transition_is_open,),
    "cancel": (transition_is_open, nothing_has_left),
    "place_hold": (order_is_open,),
    "release_hold": (something_holds,),
    "refund": (something_came_in,),
    "request_return": (something_can_come_back,),
    "dispatch_shipment": (order_is_being_fulfilled, no_hold_blocks, payment_suffices),
    "deliver_shipment": (shipments_can_arrive,),
    "void_shipment": (order_is_being_fulfilled,),
}

# Those of them that are done to one of its shipments, where they have other names.
SHIPMENT_MOVES = {
    "dispatch_shipment": ("dispatch", "dispatched"),
    "deliver_shipment": ("deliver", "delivered"),
    "void_shipment": ("void", "voided"),
}


def shipment_blockers(order: Order, parcel: Shipment, act: str) -> tuple[Blocker, ...]:
    """What stands in the way of an act on a shipment: of the order's rules, and its own status."""
    move, done = SHIPMENT_MOVES[act]
    if can_proceed(getattr(parcel, move)):
        return order.blockers(act)
    own = Blocker(InvalidTransition.code, f"The shipment is {parcel.status} and cannot be {done}.")
    return (*order.blockers(act), own)


def shipment_actions(order: Order, parcel: Shipment) -> list[Action]:
    return [Action(act, shipment_blockers(order, parcel, act)) for act in SHIPMENT_MOVES]


# Acts on one return, and what they do to it.
RETURN_ACTS = {"receive_return": "received", "cancel_return": "cancelled", "exchange_return": "exchanged"}


def return_blockers(sent_back: Return, act: str) -> tuple[Blocker, ...]:
    """What stands in the way of an act on a return: its own status, or that it was exchanged before."""
    if act == "exchange_return" and sent_back.exchange_order_id is not None:
        return (Blocker(AlreadyExchanged.code, f"Order {sent_back.exchange_order_id} was placed in exchange for it."),)
    is_open = sent_back.is_live if act == "exchange_return" else sent_back.status == sent_back.Status.REQUESTED
    if is_open:
        return ()
    return (Blocker(InvalidTransition.code, f"The return is {sent_back.status} and cannot be {RETURN_ACTS[act]}."),)


def return_actions(sent_back: Return) -> list[Action]:
    return [Action(act, return_blockers(sent_back, act)) for act in RETURN_ACTS]


def refuse(blockers: tuple[Blocker, ...]) -> None:
    """Raise the refusal of the first blocker, if there is any, with all of them as `blockers`."""
    if blockers:
        raise REFUSALS[blockers[0].code](blockers[0].detail, blockers=[blocker.as_json() for blocker in blockers])
