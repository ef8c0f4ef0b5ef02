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


# By the code of the blocker that an act met first.
REFUSALS: dict[str, type[Conflict]] = {
    refusal.code: refusal
    for refusal in (
        InvalidTransition,
        NotEditable,
        OnHold,
        NotOnHold,
    )
}
