"""What customers send back: announcing a return, receiving it, and calling it off.

Money is a matter of its own: a return can be received without a refund, and a refund may name its return.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from common.actors import Actor
from common.errors import FieldError, InvalidInput, NotFound
from orders.errors import MoreThanRequested, MoreThanShipped
from orders.models import Disposition, Order, Return, Returned, ReturnLine, refuse, return_blockers, units
from orders.services.fulfilment import require_items, require_within, told_units
from orders.services.writing import lock_order, record, write_header
from products.models import StockMovement
from products.services import Movement, lock_products, move_stock


@dataclass(frozen=True, slots=True)
class ReturnUnits:
    """So many units of one of the order's items, and what becomes of them, where that is decided."""

    item_id: int
    quantity: int
    disposition: str | None = None


@transaction.atomic(savepoint=False)
def request_return(
    order_id: int,
    *,
    actor: Actor,
    reason: str,
    reason_code: str = "",
    lines: Sequence[ReturnUnits] | None = None,
    note: str = "",
    expected_version: int | None = None,
) -> Order:
    """Announce that units which have left come back; without lines, all that are in no return. The new one stands last.

    Raises NotFound, StaleVersion, NothingToReturn, InvalidInput, MoreThanShipped.
    """
    order = lock_order(order_id, expected_version)
    order.require("request_return")
    free = units.returnable(order)
    if lines is None:
        lines = [ReturnUnits(item_id, quantity) for item_id, quantity in free.items()]
    sent_back = Return(order=order, reason=reason, reason_code=reason_code)
    sent_back.contents, sent_back.exchange_order_id = _within(order, lines, free, MoreThanShipped), None
    order.sent_back.append(sent_back)

    _write(order, sent_back, "requested_at")
    _write_lines(sent_back)
    record(order, "order.return_requested", _told_whole(order, sent_back), actor=actor, note=note)
    return order


@transaction.atomic(savepoint=False)
def receive_return(
    order_id: int,
    return_id: int,
    *,
    actor: Actor,
    lines: Sequence[ReturnUnits] | None = None,
    disposition: str | None = None,
    note: str = "",
    expected_version: int | None = None,
) -> Order:
    """Note that a return has come, and restock what can be sold again; what came is no longer due.

    `lines` say what came; without them, all that was requested. What did not come is in no return any more.
    `disposition` is that of units for which none is named. Raises NotFound, StaleVersion, InvalidTransition,
    InvalidInput, MoreThanRequested.
    """
    order = lock_order(order_id, expected_version)
    sent_back = _require(order, return_id, "receive_return")
    sent_back.contents = _arrived(order, sent_back, lines, disposition)
    sent_back.receive()

    _restock(order, sent_back, actor)
    order.returned_cents += units.worth(order, sent_back.contents)
    _write(order, sent_back, "received_at")
    sent_back.lines.all().delete()
    _write_lines(sent_back)
    record(order, "order.return_received", _told_whole(order, sent_back), actor=actor, note=note)
    return order


@transaction.atomic(savepoint=False)
def cancel_return(
    order_id: int, return_id: int, *, actor: Actor, note: str = "", expected_version: int | None = None
) -> Order:
    """Call off a return that will not come; its units can be sent back in another.

    An order placed in exchange for it goes on. Raises NotFound, StaleVersion, InvalidTransition.
    """
    order = lock_order(order_id, expected_version)
    sent_back = _require(order, return_id, "cancel_return")
    sent_back.cancel()

    _write(order, sent_back, "cancelled_at")
    record(order, "order.return_cancelled", {"return": sent_back.as_event()}, actor=actor, note=note)
    return order


def return_of(order: Order, return_id: int) -> Return:
    """The order's return. Raises NotFound."""
    sent_back = next((each for each in order.sent_back if each.pk == return_id), None)
    if sent_back is None:
        raise NotFound(f"The order has no return {return_id}.")
    return sent_back


def _require(order: Order, return_id: int, act: str) -> Return:
    sent_back = return_of(order, return_id)
    refuse(return_blockers(sent_back, act))
    return sent_back


def _within(
    order: Order,
    lines: Sequence[ReturnUnits],
    free: units.Units,
    refusal: type[MoreThanShipped] | type[MoreThanRequested],
) -> list[Returned]:
    """What the lines name, summed by item and disposition. Raises InvalidInput, and the refusal of more than `free`."""
    require_items(order, [line.item_id for line in lines])
    summed: Counter[tuple[int, str | None]] = Counter()
    wanted: units.Units = Counter()
    for line in lines:
        summed[line.item_id, line.disposition] += line.quantity
        wanted[line.item_id] += line.quantity
    require_within(order, wanted, free, refusal)
    ordered = sorted(summed.items(), key=lambda each: (each[0][0], each[0][1] is None, each[0][1] or ""))
    return [Returned(item_id=item, quantity=quantity, disposition=fate) for (item, fate), quantity in ordered]


def _arrived(
    order: Order, sent_back: Return, lines: Sequence[ReturnUnits] | None, disposition: str | None
) -> list[Returned]:
    """What came, each unit with its disposition. Raises InvalidInput, MoreThanRequested."""
    requested: units.Units = Counter()
    planned: dict[int, str | None] = {}  # of items all of whose units were to have the same
    for content in sent_back.contents:
        item_id, fate = content["item_id"], content["disposition"]
        requested[item_id] += content["quantity"]
        planned[item_id] = fate if planned.get(item_id, fate) == fate else None
    came = [ReturnUnits(**content) for content in sent_back.contents] if lines is None else lines
    decided = [
        ReturnUnits(line.item_id, line.quantity, line.disposition or planned.get(line.item_id) or disposition)
        for line in came
    ]
    arrived = _within(order, decided, requested, MoreThanRequested)
    undecided = [f"/lines/{index}/disposition" for index, line in enumerate(decided) if line.disposition is None]
    if undecided:
        where = ["/disposition"] if lines is None else undecided
        faults = [FieldError(pointer, "required", "Is it restocked or written off?") for pointer in where]
        raise InvalidInput("What becomes of each unit is decided when it is received.", errors=faults)
    return arrived


def _restock(order: Order, sent_back: Return, actor: Actor) -> None:
    """Put back what can be sold again, for an order that took no stock as well: the goods lie on the shelf now."""
    good = [content for content in sent_back.contents if content["disposition"] == Disposition.RESTOCK]
    if not good:
        return
    restocked = units.by_product(order, good)
    lock_products(ids=restocked)
    back = [Movement(product_id, quantity, order.pk) for product_id, quantity in restocked.items()]
    why = {"reason": sent_back.reason, "reason_code": sent_back.reason_code}
    move_stock(back, kind=StockMovement.Kind.RETURN, actor=actor, **why)


def _write(order: Order, sent_back: Return, at: str) -> None:
    """Write the return, new or changed; the time of the act, in the column `at`, is that of the order's change."""
    order.return_state = order.returning()
    write_header(order)
    setattr(sent_back, at, order.updated_at)
    sent_back.save(update_fields=["status", at] if sent_back.pk else None)


def _write_lines(sent_back: Return) -> None:
    ReturnLine.objects.bulk_create(ReturnLine(of=sent_back, **content) for content in sent_back.contents)


def _told_whole(order: Order, sent_back: Return) -> dict[str, Any]:
    """The return as an event tells it, with what is in it."""
    told = told_units(order, sent_back.contents)
    lines = [{**line, "disposition": each["disposition"]} for line, each in zip(told, sent_back.contents, strict=True)]
    return {"return": {**sent_back.as_event(), "lines": lines}}
