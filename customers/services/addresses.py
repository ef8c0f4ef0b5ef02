"""The address book of a customer: every change is one of the customer's, under their lock and in their version."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from common.actors import Actor
from common.addresses import FIELDS, Address
from common.changes import differing, save_next_version
from common.errors import NotFound, require_version
from customers.models import AGGREGATE, Customer, CustomerAddress
from customers.services.holding import lock_customer
from events.services import Change, append

PURPOSES = CustomerAddress.PURPOSES
# By purpose: whether an address is to be the customer's default; what is not named stays as it is.
Defaults = Mapping[str, bool]


@transaction.atomic(savepoint=False)
def add_address(
    customer_id: int,
    *,
    actor: Actor,
    address: Address,
    defaults: Defaults | None = None,
    expected_version: int | None = None,
) -> CustomerAddress:
    """Put an address into a customer's book, as their default where asked for. Raises NotFound, StaleVersion."""
    customer = lock_customer(customer_id)
    require_version(customer.version, expected_version)

    entry = CustomerAddress.objects.create(customer=customer, **address.as_json())
    moved = _move_defaults(entry, defaults or {})

    told = {"address": [None, address.as_json()]}
    _record(customer, "customer.address_added", {"address_id": entry.pk, **moved}, told, actor)
    return entry


@transaction.atomic(savepoint=False)
def change_address(
    customer_id: int,
    address_id: int,
    *,
    actor: Actor,
    fields: Mapping[str, str] | None = None,
    defaults: Defaults | None = None,
    expected_version: int | None = None,
) -> CustomerAddress:
    """Change what is named of an address, and whether it is the default; what is so already is left alone.

    Orders keep the copy they have. Raises NotFound, StaleVersion.
    """
    customer = lock_customer(customer_id)
    require_version(customer.version, expected_version)
    entry = _entry(customer, address_id)

    before = entry.address
    changed = differing(entry, fields or {})
    for name, (_, value) in changed.items():
        setattr(entry, name, value)
    moved = _move_defaults(entry, defaults or {})
    if not changed and not moved:
        return entry
    entry.updated_at = timezone.now()
    entry.save(update_fields=[*changed, "updated_at"])

    if changed:
        told = {"address": [before.as_json(), entry.address.as_json()]}
        _record(customer, "customer.address_changed", {"address_id": entry.pk, **moved}, told, actor)
    else:
        _record(customer, "customer.default_addresses_changed", moved, None, actor)
    return entry


@transaction.atomic(savepoint=False)
def remove_address(
    customer_id: int, address_id: int, *, actor: Actor, expected_version: int | None = None
) -> CustomerAddress:
    """Take an address out of a customer's book; it is nobody's default then. Raises NotFound, StaleVersion."""
    customer = lock_customer(customer_id)
    require_version(customer.version, expected_version)
    entry = _entry(customer, address_id)

    moved = _move_defaults(entry, dict.fromkeys(entry.purposes, False))
    CustomerAddress.objects.filter(pk=entry.pk).delete()

    told = {"address": [entry.address.as_json(), None]}
    _record(customer, "customer.address_removed", {"address_id": entry.pk, **moved}, told, actor)
    return entry


def default_addresses(customer_id: int) -> dict[str, Address | None]:
    """The customer's default address for each purpose, where there is one: one statement.

    Whoever must not miss what was just decided asks after the customer is held, in a statement of its own.
    """
    found: dict[str, Address | None] = dict.fromkeys(PURPOSES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT is_default_shipping, is_default_billing, {", ".join(FIELDS)} FROM customer_addresses
            WHERE customer_id = %s AND (is_default_shipping OR is_default_billing)
            """,
            [customer_id],
        )
        for shipping, billing, *values in cursor.fetchall():
            address = Address(**dict(zip(FIELDS, values, strict=True)))
            found |= {purpose: address for purpose, is_it in zip(PURPOSES, (shipping, billing), strict=True) if is_it}
    return found


def _entry(customer: Customer, address_id: int) -> CustomerAddress:
    entry = CustomerAddress.objects.filter(customer=customer, pk=address_id).first()
    if entry is None:
        raise NotFound(f"There is no address {address_id} of customer {customer.pk}.")
    entry.customer = customer
    return entry


def _move_defaults(entry: CustomerAddress, wanted: Defaults) -> dict[str, Any]:
    """Make the entry the default as wanted, in the place of another; returns what the event says of it."""
    moved: dict[str, int | None] = {}
    for purpose, is_default in wanted.items():
        column = f"is_default_{purpose}"
        if getattr(entry, column) == is_default:
            continue
        was_default = CustomerAddress.objects.filter(customer=entry.customer, **{column: True})
        was_default.update(**{column: False}, updated_at=timezone.now())
        setattr(entry, column, is_default)
        entry.save(update_fields=[column])
        moved[purpose] = entry.pk if is_default else None
    return {"defaults": moved} if moved else {}


def _record(
    customer: Customer, type_: str, payload: Mapping[str, Any], personal: Mapping[str, Any] | None, actor: Actor
) -> None:
    """Count the change among the customer's and tell it; the address itself is personal."""
    save_next_version(customer)
    append(Change(AGGREGATE, customer.pk, customer.version, type_, payload, personal), actor=actor)
