"""Scopes: how much of what its owner may do a token is good for."""

from collections.abc import Collection

from django.contrib.auth.models import Permission

READ = "read"  # every permission to view


def allow(scopes: Collection[str], permission: str) -> bool:
    """Whether a token with these scopes may use a permission of its owner; without scopes it may use all of them."""
    if not scopes or permission in scopes:
        return True
    return READ in scopes and permission.partition(".")[2].startswith("view_")


def within(scopes: Collection[str], bounds: Collection[str]) -> bool:
    """Whether a token with `scopes` can do no more than one of the same owner with `bounds`, now and in future."""
    return not bounds or (bool(scopes) and all(allow(bounds, scope) for scope in scopes))


def unknown(scopes: Collection[str]) -> list[str]:
    """Those that are neither the label of a permission, such as `orders.place_order`, nor `read`."""
    known = {f"{app}.{name}" for app, name in Permission.objects.values_list("content_type__app_label", "codename")}
    return [scope for scope in scopes if scope not in known | {READ}]
