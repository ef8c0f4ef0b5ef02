"""What can be done with groups of customers."""

from typing import Any

from django.db import connection, transaction

from common.actors import Actor
from common.changes import differing, make_changes
from common.errors import InvalidInput, NotFound, require_version
from customers.errors import GroupInUse
from customers.models import GROUP_AGGREGATE, Customer, CustomerGroup
from events.services import Change, append


@transaction.atomic(savepoint=False)
def create_group(*, actor: Actor, name: str, description: str = "") -> CustomerGroup:
    """Add a group. A second one of the same name, whatever its case, is refused by the database."""
    group = CustomerGroup.objects.create(name=name, description=description)

    changes = {field: [None, getattr(group, field)] for field in CustomerGroup.FIELDS}
    append(Change(GROUP_AGGREGATE, group.pk, group.version, "customer_group.created", changes), actor=actor)
    return group


@transaction.atomic(savepoint=False)
def change_group(group_id: int, *, actor: Actor, expected_version: int | None = None, **fields: Any) -> CustomerGroup:
    """Change what is named of a group; what is so already is left alone. Raises NotFound, StaleVersion."""
    group = _lock_group(group_id, expected_version)
    changes = differing(group, fields)
    if not changes:
        return group

    make_changes(group, changes)
    append(Change(GROUP_AGGREGATE, group.pk, group.version, "customer_group.changed", changes), actor=actor)
    return group


@transaction.atomic(savepoint=False)
def delete_group(group_id: int, *, actor: Actor, expected_version: int | None = None) -> CustomerGroup:
    """Remove a group that no customer is in; its events stay. Raises NotFound, StaleVersion, GroupInUse."""
    group = _lock_group(group_id, expected_version)
    if Customer.objects.filter(group=group).exists():
        raise GroupInUse(f"There are customers in the group {group.name!r}.")

    CustomerGroup.objects.filter(pk=group.pk).delete()
    group.version += 1
    told = {"name": group.name}
    append(Change(GROUP_AGGREGATE, group.pk, group.version, "customer_group.deleted", told), actor=actor)
    return group


def hold_group(group_id: int) -> None:
    """Make sure that the group exists and stays until the transaction ends. Raises InvalidInput."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM customer_groups WHERE id = %s FOR KEY SHARE", [group_id])
        if cursor.fetchone() is None:
            raise InvalidInput.at("/group_id", "unknown_group", f"There is no customer group {group_id}.")


def _lock_group(group_id: int, expected_version: int | None) -> CustomerGroup:
    """The group, held so that nobody can even be put into it meanwhile."""
    group = CustomerGroup.objects.select_for_update(of=("self",)).filter(pk=group_id).first()
    if group is None:
        raise NotFound(f"There is no customer group {group_id}.")
    require_version(group.version, expected_version)
    return group
