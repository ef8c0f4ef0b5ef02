"""What merging two customers means for the customers; their orders are moved by whoever knows orders."""

from typing import Any

from django.db import connection

from common.actors import Actor
from common.addresses import FIELDS
from common.changes import save_next_version
from common.errors import InvalidInput, NotFound
from customers.errors import CustomerAnonymised
from customers.models import AGGREGATE, Customer
from customers.services.holding import lock_aliases, require_unmerged
from events.services import Change, append, append_each, has_happened


def lock_to_merge(source_id: int, target_id: int) -> tuple[Customer, Customer]:
    """Two customers that can become one, both held whole, in the order of their ids.

    Raises NotFound (the source), InvalidInput (the target, or the same one twice), CustomerMerged, CustomerAnonymised.
    """
    if source_id == target_id:
        raise InvalidInput.at("/into", "same_customer", "A customer cannot be merged into itself.")
    both = Customer.objects.locked_whole().filter(pk__in=(source_id, target_id)).order_by("pk")
    found = {customer.pk: customer for customer in both}
    if source_id not in found:
        raise NotFound(f"There is no customer {source_id}.")
    if target_id not in found:
        raise InvalidInput.at("/into", "unknown_customer", f"There is no customer {target_id}.")

    for customer in found.values():
        require_unmerged(customer)
        if has_happened(AGGREGATE, customer.pk, "customer.anonymised"):
            raise CustomerAnonymised(f"Customer {customer.pk} was anonymised.")
    return found[source_id], found[target_id]


def absorb(source: Customer, target: Customer, *, orders: int, actor: Actor) -> Customer:
    """Make the source an alias of the target, and with it whoever was merged into the source before.

    Both are held whole. The source's addresses are added to the target's, none of them as a default; the target's
    particulars stay as they are. `orders` is how many orders were moved.
    """
    _redirect_aliases(source, target, actor)
    addresses = _hand_over_addresses(source, target)
    source.merged_into = target
    save_next_version(source, "merged_into")
    save_next_version(target)

    merged = {"merged_into_id": [None, target.pk], "orders": orders}
    absorbed = {"customer_id": source.pk, "orders": orders, "address_ids": sorted(addresses)}
    append(
        Change(AGGREGATE, source.pk, source.version, "customer.merged", merged),
        Change(AGGREGATE, target.pk, target.version, "customer.absorbed", absorbed, {"addresses": addresses}),
        actor=actor,
    )
    return target


def _redirect_aliases(source: Customer, target: Customer, actor: Actor) -> None:
    """Nobody is led on twice: the aliases of an alias are the survivor's."""
    aliases = [alias.pk for alias in lock_aliases(source)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE customers SET merged_into_id = %s, version = version + 1, updated_at = statement_timestamp()
            WHERE id = ANY(%s::bigint[])
            """,
            [target.pk, aliases],
        )
    told = """
        SELECT id, version, jsonb_build_object('merged_into_id', jsonb_build_array(%s::bigint, merged_into_id)),
               NULL::jsonb
        FROM customers WHERE id = ANY(%s::bigint[])
    """
    append_each(AGGREGATE, "customer.merged", told, [source.pk, aliases], actor=actor)


def _hand_over_addresses(source: Customer, target: Customer) -> dict[int, dict[str, Any]]:
    """The addresses that the target got, by their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE customer_addresses SET customer_id = %s, is_default_shipping = false, is_default_billing = false,
                                          updated_at = statement_timestamp()
            WHERE customer_id = %s
            RETURNING id, {", ".join(FIELDS)}
            """,
            [target.pk, source.pk],
        )
        return {pk: dict(zip(FIELDS, parts, strict=True)) for pk, *parts in cursor.fetchall()}
