"""What the events of an order say on its page, besides the changes of its fields."""

from typing import Any

from events.services import Entry
from orders.models import NOTED, Disposition, NoteVisibility, Order

Status = Order.Status
# What an event's type says of the status; one is cancelled from PENDING as well as from CONFIRMED.
MOVES: dict[str, tuple[str | None, str]] = {
    "order.placed": (None, Status.PENDING),
    "order.confirmed": (Status.PENDING, Status.CONFIRMED),
    "order.shipped": (Status.CONFIRMED, Status.SHIPPED),
    "order.delivered": (Status.SHIPPED, Status.DELIVERED),
    "order.cancelled": (None, Status.CANCELLED),
}
HOLDS = {"order.hold_placed": "on", "order.hold_released": "released"}
MONEY = {
    "order.payment_recorded": "paid_cents",
    "order.payment_refunded": "refunded_cents",
    "order.payment_voided": "voided_cents",
}


def told_by(entry: Entry) -> dict[str, tuple[Any, Any]]:
    """What an event's type says of the order, besides what its payload does."""
    released = {f"hold_for_{hold['kind']}": (None, "released") for hold in entry.payload.get("released_holds", ())}
    if entry.type in MOVES:
        first = entry.payload.get("duplicate_of")
        again = {"duplicate_of": (None, Order(pk=first).number)} if first else {}
        return {"status": MOVES[entry.type], **again, **released}
    if entry.type == NOTED and entry.payload.get("visibility") == NoteVisibility.CUSTOMER:
        return {"for": (None, NoteVisibility.CUSTOMER.label)}
    if entry.type in HOLDS:
        return {f"hold_for_{entry.payload['kind']}": (None, HOLDS[entry.type])}
    if "shipments" in entry.payload:
        return {"shipment": (None, "; ".join(in_parcel(each) for each in entry.payload["shipments"])), **released}
    if "return" in entry.payload:
        return told_by_return(entry.payload["return"])
    if "exchange_order_id" in entry.payload:
        return {"exchanged_for": (None, Order(pk=entry.payload["exchange_order_id"]).number)}
    if entry.type in MONEY:
        return {MONEY[entry.type]: (None, entry.payload["amount_cents"])}
    return released


def told_by_return(told: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What is in a return, where the event says it, and what became of it."""
    lines = [
        f"{line['quantity']} × {line['sku']} {fate(line['disposition'])}".strip() for line in told.get("lines", ())
    ]
    units_in = {"units": (None, ", ".join(lines))} if lines else {}
    return {"return": (None, f"{told['id']}: {told['reason']}"), **units_in}


def in_parcel(told: dict[str, Any]) -> str:
    """A shipment with what is in it, where the event says it, and how it travels."""
    lines = ", ".join(f"{line['quantity']} × {line['sku']}" for line in told.get("lines", ()))
    travels = f"{told['carrier']} {told['tracking_number']}".strip()
    return ", ".join(filter(None, (str(told["id"]), lines, travels)))


def fate(disposition: str | None) -> str:
    return Disposition(disposition).label if disposition else ""
