"""What acts on parcels and short-closes have in common: choosing units, writing parcels, letting the order follow."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django_fsm import can_proceed

from common.actors import Actor
from common.errors import Conflict, FieldError, InvalidInput
from events.services import Change, append
from orders.errors import MoreThanOpen
from orders.models import AGGREGATE, Content, Order, Returned, Shipment, ShipmentLine, units
from orders.services.demand import MOST_LINES
from orders.services.writing import write_header


@dataclass(frozen=True, slots=True)
class ItemUnits:
    """So many units of one of the order's items."""

    item_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Tracking:
    """Who carries a parcel, and how to ask after it."""

    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""

    def put_on(self, parcel: Shipment) -> None:
        """What is given replaces what the parcel had."""
        parcel.carrier = self.carrier or parcel.carrier
        parcel.tracking_number = self.tracking_number or parcel.tracking_number
        parcel.tracking_url = self.tracking_url or parcel.tracking_url


def choose(order: Order, lines: Sequence[ItemUnits]) -> list[Content]:
    """The units that the lines name, summed by item.

    Raises InvalidInput (unknown item, no line at all), MoreThanOpen.
    """
    require_items(order, [line.item_id for line in lines])
    wanted: units.Units = Counter()
    for line in lines:
        wanted[line.item_id] += line.quantity
    require_within(order, wanted, units.free(order), MoreThanOpen)
    return contents_of(wanted)


def require_items(order: Order, named: Sequence[int]) -> None:
    """Refuse ids, line by line, that are of no item of the order; and no line at all. Raises InvalidInput."""
    if not 0 < len(named) <= MOST_LINES:
        raise InvalidInput.at("/lines", "empty", f"1 to {MOST_LINES} lines.")
    known = {line.pk for line in order.lines}
    unknown = [
        FieldError(f"/lines/{index}/item_id", "unknown_item", "The order has no such item.")
        for index, item_id in enumerate(named)
        if item_id not in known
    ]
    if unknown:
        raise InvalidInput("Some lines are not valid.", errors=unknown)


def require_within(order: Order, wanted: units.Units, free: units.Units, refusal: type[Conflict]) -> None:
    """Raise the refusal, with every item of which more is wanted than is free."""
    skus = {line.pk: line.sku for line in order.lines}
    problems = [
        {"item_id": item_id, "sku": skus[item_id], "requested": quantity, "available": free[item_id]}
        for item_id, quantity in wanted.items()
        if not 0 < quantity <= free[item_id]
    ]
    if problems:
        named = ", ".join(str(problem["sku"]) for problem in problems[:10])
        raise refusal(f"{refusal.title}: {named}.", items=problems)


def contents_of(chosen: units.Units) -> list[Content]:
    return [Content(item_id=item_id, quantity=quantity) for item_id, quantity in sorted(chosen.items())]


def pack(order: Order, contents: list[Content], tracking: Tracking) -> Shipment:
    """A new parcel of the order, not yet written."""
    parcel = Shipment(order=order)
    parcel.contents = contents
    tracking.put_on(parcel)
    order.parcels.append(parcel)
    return parcel


def settle(order: Order) -> list[str]:
    """Let the order's fulfilment state and status follow its parcels and shortfalls, and save it.

    Returns the columns of the times of the moves that this made; each is a version of its own after that of the act.
    """
    order.fulfilment_state, order.return_state = order.fulfilment(), order.returning()
    arrived = all(parcel.status == Shipment.Status.DELIVERED for parcel in order.parcels if parcel.is_live)
    moves = []
    if order.fulfilment_state == Order.Fulfilment.COMPLETE and can_proceed(order.ship):
        order.ship()
        moves.append("shipped_at")
    if not (arrived and can_proceed(order.deliver)):
        write_header(order, moves=moves)
        return moves

    if moves:
        write_header(order, at="shipped_at")  # the database lets a status go one step at a time
    order.deliver()
    write_header(order, moves=["delivered_at"])
    return [*moves, "delivered_at"]


def write_parcels(order: Order, parcels: Sequence[Shipment], *, at: str) -> None:
    """Write parcels, new or changed; the time of the act, in the column `at`, is that of the order's change."""
    for parcel in parcels:
        setattr(parcel, at, order.updated_at)
    Shipment.objects.bulk_update([parcel for parcel in parcels if parcel.pk], Shipment.TOLD)
    for parcel in (parcel for parcel in parcels if not parcel.pk):
        parcel.prepared_at = order.updated_at
        parcel.save(force_insert=True)
        ShipmentLine.objects.bulk_create(
            ShipmentLine(shipment=parcel, item_id=content["item_id"], quantity=content["quantity"])
            for content in parcel.contents
        )


def told(parcels: Sequence[Shipment]) -> list[dict[str, Any]]:
    """Parcels as an event tells them."""
    return [parcel.as_event() for parcel in parcels]


def told_whole(order: Order, parcels: Sequence[Shipment]) -> list[dict[str, Any]]:
    """New parcels as an event tells them, with what is in them."""
    return [{**parcel.as_event(), "lines": told_units(order, parcel.contents)} for parcel in parcels]


def told_units(order: Order, contents: Sequence[Content | Returned]) -> list[dict[str, Any]]:
    """Units as an event tells them: by product, as the order's first event named its lines."""
    lines = {line.pk: line for line in order.lines}
    return [
        {
            "product_id": lines[content["item_id"]].product_id,
            "sku": lines[content["item_id"]].sku,
            "quantity": content["quantity"],
        }
        for content in contents
    ]


def record_with_moves(
    order: Order, type_: str, payload: dict[str, Any], moves: Sequence[str], *, actor: Actor, note: str = ""
) -> None:
    """Write the act's event and one for each move of the status that followed from it; a note stands in the last."""
    story = [(type_, payload)]
    story += [(f"order.{column.removesuffix('_at')}", {column: getattr(order, column)}) for column in moves]
    for version, (kind, facts) in enumerate(story, start=order.version - len(moves)):
        personal = {"note": note} if note and version == order.version else None
        append(Change(AGGREGATE, order.pk, version, kind, facts, personal), actor=actor)
