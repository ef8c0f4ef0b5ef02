"""One permission per act, the same at the API and in the admin."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

OWN = ""  # what everybody who is known may do, with what is their own


class ActPermission(BasePermission):
    """Looks up the view's `permissions` for the action at hand; an action without an entry is refused."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.user is None or not request.user.is_authenticated:
            return False
        if view.action in (None, "metadata"):  # a method this address does not have: 405 follows
            return True
        needed = view.permissions.get(view.action)
        principal: Any = request.auth or request.user
        return needed is not None and (needed == OWN or principal.has_perm(needed))
