"""Why an act on an order was refused."""

from typing import ClassVar

from common.errors import Conflict


class InvalidTransition(Conflict):
    """The order's status does not allow the act; carries `blockers`."""

    code = "invalid_transition"
    title = "The order's status does not allow this"
    example: ClassVar = {"blockers": [{"code": code, "detail": "It is PENDING and cannot be shipped."}]}


class NotEditable(Conflict):
    """Items are fixed once an order is no longer PENDING; carries `blockers`."""

    code = "not_editable"
    title = "The items can no longer be edited"
    example: ClassVar = {"blockers": [{"code": code, "detail": "Items can be edited while PENDING; it is SHIPPED."}]}


# By the code of the blocker that an act met first.
REFUSALS: dict[str, type[Conflict]] = {refusal.code: refusal for refusal in (InvalidTransition, NotEditable)}
