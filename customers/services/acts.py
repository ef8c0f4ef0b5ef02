"""What can be done with customers."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from common.actors import Actor
from common.changes import Changes, differing, make_changes, save_next_version
from common.errors import require_version
from customers.models import AGGREGATE, Customer, CustomerAddress
from customers.services.groups import hold_group
from customers.services.holding import lock_customer
from events.services import Change, append


@transaction.atomic(savepoint=False)
def create_customer(
    *,
    actor: Actor,
    email: str,
    first_name: str = "",
    last_name: str = "",
    phone: str = "",
    group_id: int | None = None,
) -> Customer:
    """Add a customer. A second one with the same e-mail, whatever its case, is refused by the database.

    Raises InvalidInput for an unknown group.
    """
    _hold_group(group_id)
    customer = Customer.objects.create(
        email=email, first_name=first_name, last_name=last_name, phone=phone, group_id=group_id
    )
    return _created(customer, actor)


@transaction.atomic(savepoint=False)
def change_customer(customer_id: int, *, actor: Actor, expected_version: int | None = None, **fields: Any) -> Customer:
    """Change a customer's particulars; naming a value it already has changes nothing and records nothing.

    Raises NotFound, StaleVersion, CustomerMerged, InvalidInput for an unknown group.
    """
    customer = lock_customer(customer_id)
    require_version(customer.version, expected_version)
    return _changed(customer, fields, actor)


@transaction.atomic(savepoint=False)
def put_customer(*, actor: Actor, email: str, **fields: Any) -> Customer:
    """Create the customer with this e-mail address, or change what is named of the one there is.

    Whoever creates the same one at the same moment is waited for, and then changed. An alias's address leads to the
    customer whom it was merged into, who keeps their own. Raises InvalidInput for an unknown group.
    """
    known = Customer.objects.locked().with_email(email)
    customer, is_new = known.get_or_create(defaults={"email": email, **fields})
    if is_new:
        _hold_group(customer.group_id)
        return _created(customer, actor)
    if customer.merged_into_id is not None:  # at this moment, by whom we waited for
        return put_customer(actor=actor, email=email, **fields)
    is_own = customer.email == email or Customer.objects.of_email(email).filter(pk=customer.pk).exists()
    return _changed(customer, {"email": email, **fields} if is_own else fields, actor)


def blank_customer(customer: Customer, *, actor: Actor) -> Customer:
    """Replace a customer's particulars by nothing, and the e-mail by one that reaches nobody (RFC 2606).

    The address book is emptied.
    """
    customer.email = f"anonymised-{customer.pk}@anonymised.invalid"
    customer.first_name = customer.last_name = customer.phone = ""
    save_next_version(customer, *Customer.PERSONAL)
    CustomerAddress.objects.filter(customer=customer).delete()

    payload = {"fields": sorted(Customer.PERSONAL)}
    append(Change(AGGREGATE, customer.pk, customer.version, "customer.anonymised", payload), actor=actor)
    return customer


def _created(customer: Customer, actor: Actor) -> Customer:
    changes: Changes = {name: [None, getattr(customer, name)] for name in Customer.PERSONAL}
    if customer.group_id is not None:
        changes["group_id"] = [None, customer.group_id]
    append(_change(customer, "customer.created", changes), actor=actor)
    return customer


def _changed(customer: Customer, fields: Mapping[str, Any], actor: Actor) -> Customer:
    changes = differing(customer, fields)
    if not changes:
        return customer

    _hold_group(fields["group_id"] if "group_id" in changes else None)
    make_changes(customer, changes)
    append(_change(customer, "customer.changed", changes), actor=actor)
    return customer


def _change(customer: Customer, type_: str, changes: Changes) -> Change:
    """Most of a customer is personal: of that the payload names only which fields changed."""
    personal = {name: pair for name, pair in changes.items() if name in Customer.PERSONAL}
    others = {name: pair for name, pair in changes.items() if name not in Customer.PERSONAL}
    payload = {"fields": sorted(personal), **others}
    return Change(AGGREGATE, customer.pk, customer.version, type_, payload, personal or None)


def _hold_group(group_id: int | None) -> None:
    if group_id is not None:
        hold_group(group_id)
