"""What can be done with customers."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from common.actors import Actor
from common.errors import require_version
from customers.models import AGGREGATE, Customer, CustomerAddress
from customers.services.holding import lock_customer
from events.services import Change, append


@transaction.atomic(savepoint=False)
def create_customer(
    *, actor: Actor, email: str, first_name: str = "", last_name: str = "", phone: str = ""
) -> Customer:
    """Add a customer. A second one with the same e-mail, whatever its case, is refused by the database."""
    customer = Customer.objects.create(email=email, first_name=first_name, last_name=last_name, phone=phone)
    return _created(customer, actor)


@transaction.atomic(savepoint=False)
def change_customer(customer_id: int, *, actor: Actor, expected_version: int | None = None, **fields: Any) -> Customer:
    """Change a customer's particulars; naming a value it already has changes nothing and records nothing.

    Raises NotFound, StaleVersion.
    """
    customer = lock_customer(customer_id)
    require_version(customer.version, expected_version)
    return _changed(customer, fields, actor)


@transaction.atomic(savepoint=False)
def put_customer(*, actor: Actor, email: str, **fields: str) -> Customer:
    """Create the customer with this e-mail address, or change what is named of the one there is.

    Whoever creates the same one at the same moment is waited for, and then changed.
    """
    known = Customer.objects.locked().with_email(email)
    customer, is_new = known.get_or_create(defaults={"email": email, **fields})
    return _created(customer, actor) if is_new else _changed(customer, {"email": email, **fields}, actor)


def blank_customer(customer: Customer, *, actor: Actor) -> Customer:
    """Replace a customer's particulars by nothing, and the e-mail by one that reaches nobody (RFC 2606).

    The address book is emptied.
    """
    customer.email = f"anonymised-{customer.pk}@anonymised.invalid"
    customer.first_name = customer.last_name = customer.phone = ""
    customer.version += 1
    customer.updated_at = timezone.now()
    customer.save(update_fields=[*Customer.PERSONAL, "version", "updated_at"])
    CustomerAddress.objects.filter(customer=customer).delete()

    payload = {"fields": sorted(Customer.PERSONAL)}
    append(Change(AGGREGATE, customer.pk, customer.version, "customer.anonymised", payload), actor=actor)
    return customer


def _created(customer: Customer, actor: Actor) -> Customer:
    changes = {name: [None, getattr(customer, name)] for name in Customer.PERSONAL}
    append(_change(customer, "customer.created", changes), actor=actor)
    return customer


def _changed(customer: Customer, fields: Mapping[str, str], actor: Actor) -> Customer:
    changes = {
        name: [getattr(customer, name), value] for name, value in fields.items() if getattr(customer, name) != value
    }
    if not changes:
        return customer

    for name, (_, value) in changes.items():
        setattr(customer, name, value)
    customer.version += 1
    customer.updated_at = timezone.now()
    customer.save(update_fields=[*changes, "version", "updated_at"])
    append(_change(customer, "customer.changed", changes), actor=actor)
    return customer


def _change(customer: Customer, type_: str, changes: dict[str, list[Any]]) -> Change:
    """Every field of a customer is personal, so the payload names only which ones changed."""
    return Change(AGGREGATE, customer.pk, customer.version, type_, {"fields": sorted(changes)}, personal=changes)
