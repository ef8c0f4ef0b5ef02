"""Why an act on an order was refused."""

from typing import ClassVar

from common.errors import Conflict


class InvalidTransition(Conflict):
    """The order's status does not allow the act; carries `blockers`."""

    code = "invalid_transition"
    title = "The order's status does not allow this"
    example: ClassVar = {"blockers": [{"code": code, "detail": "It is PENDING and cannot be shipped."}]}


class NotEditable(Conflict):
    """Items are fixed once an order is no longer PENDING, addresses once something has left; carries `blockers`."""

    code = "not_editable"
    title = "This can no longer be edited"
    example: ClassVar = {"blockers": [{"code": code, "detail": "Items can be edited while PENDING; it is SHIPPED."}]}


class OnHold(Conflict):
    """Something holds the order, and the act has to wait until it is released; carries `blockers`."""

    code = "on_hold"
    title = "The order is on hold"
    example: ClassVar = {"blockers": [{"code": code, "detail": "It is on hold: fraud review."}]}


class NotOnHold(Conflict):
    """Nothing holds the order, or the hold was released before."""

    code = "not_on_hold"
    title = "It is not on hold"


class TooManyOrders(Conflict):
    """A customer whose orders are too many to be moved at once."""

    code = "too_many_orders"
    title = "The customer has too many orders for this"


class PaymentRequired(Conflict):
    """This installation ships what is paid, and the order is not; carries `blockers`."""

    code = "payment_required"
    title = "The order has to be paid first"
    example: ClassVar = {"blockers": [{"code": code, "detail": "It is unpaid: 98.00 EUR are missing."}]}


class NothingToRefund(Conflict):
    """Nothing came in for the order, or all of it went back; carries `blockers`."""

    code = "nothing_to_refund"
    title = "There is nothing to refund"
    example: ClassVar = {"blockers": [{"code": code, "detail": "Nothing that came in is left."}]}


class RefundTooLarge(Conflict):
    """More than is left of the payment."""

    code = "refund_too_large"
    title = "More than is left of the payment"
    example: ClassVar = {"refundable_cents": 4900}


class NotVoidable(Conflict):
    """A payment that was voided before, or of which something was refunded."""

    code = "not_voidable"
    title = "The payment cannot be voided"


class AlreadyDispatched(Conflict):
    """Something of the order has left, so it cannot be cancelled any more; carries `blockers`."""

    code = "already_dispatched"
    title = "Something of the order has left"
    example: ClassVar = {"blockers": [{"code": code, "detail": "Some of it has left; short-close the rest."}]}


class NothingOpen(Conflict):
    """Every unit is in a shipment or short-closed; carries `blockers`."""

    code = "nothing_open"
    title = "Nothing of the order is open"
    example: ClassVar = {
        "blockers": [{"code": code, "detail": "All that has not left is in prepared shipments."}],
    }


class LastOpenUnit(Conflict):
    """Nothing would be left of an order of which nothing was dispatched; carries `blockers`."""

    code = "last_open_unit"
    title = "Nothing would be left of the order"
    example: ClassVar = {
        "blockers": [{"code": code, "detail": "Nothing would be left of it, and nothing was dispatched: cancel it."}]
    }


class MoreThanOpen(Conflict):
    """More units were named than are in no shipment and not short-closed; carries `items`."""

    code = "more_than_open"
    title = "Not so many units are open"
    example: ClassVar = {"items": [{"item_id": 99, "sku": "LAMP-1", "requested": 3, "available": 2}]}


class NothingToReturn(Conflict):
    """Nothing of the order has left, or all of it is in returns; carries `blockers`."""

    code = "nothing_to_return"
    title = "There is nothing to return"
    example: ClassVar = {"blockers": [{"code": code, "detail": "Nothing of it has left."}]}


class MoreThanShipped(Conflict):
    """More units were named than have left and are in no return; carries `items`."""

    code = "more_than_shipped"
    title = "Not so many units have left"
    example: ClassVar = {"items": [{"item_id": 99, "sku": "LAMP-1", "requested": 3, "available": 2}]}


class MoreThanRequested(Conflict):
    """More units came, it is said, than the return is of; carries `items`."""

    code = "more_than_requested"
    title = "The return is of fewer units"
    example: ClassVar = {"items": [{"item_id": 99, "sku": "LAMP-1", "requested": 3, "available": 2}]}


class AlreadyExchanged(Conflict):
    """An order was placed in exchange for the return before; carries `blockers`."""

    code = "already_exchanged"
    title = "The return was exchanged before"
    example: ClassVar = {"blockers": [{"code": code, "detail": "Order 43 was placed in exchange for it."}]}


# By the code of the blocker that an act met first.
REFUSALS: dict[str, type[Conflict]] = {
    refusal.code: refusal
    for refusal in (
        InvalidTransition,
        NotEditable,
        OnHold,
        NotOnHold,
        PaymentRequired,
        NothingToRefund,
        AlreadyDispatched,
        NothingOpen,
        LastOpenUnit,
        NothingToReturn,
        AlreadyExchanged,
    )
}
