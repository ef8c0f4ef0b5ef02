"""What can be done with customers."""

from customers.services.acts import blank_customer, change_customer, create_customer, put_customer
from customers.services.addresses import add_address, change_address, default_addresses, remove_address
from customers.services.groups import change_group, create_group, delete_group
from customers.services.holding import (
    hold_customer,
    hold_customers,
    lock_aliases,
    lock_customer,
    lock_whole_customer,
)
from customers.services.importing import import_customers
from customers.services.merging import absorb, lock_to_merge

__all__ = [
    "absorb",
    "add_address",
    "blank_customer",
    "change_address",
    "change_customer",
    "change_group",
    "create_customer",
    "create_group",
    "default_addresses",
    "delete_group",
    "hold_customer",
    "hold_customers",
    "import_customers",
    "lock_aliases",
    "lock_customer",
    "lock_to_merge",
    "lock_whole_customer",
    "put_customer",
    "remove_address",
]
