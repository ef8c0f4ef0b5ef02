"""What can be done with customers."""

from customers.services.acts import blank_customer, change_customer, create_customer, put_customer
from customers.services.addresses import add_address, change_address, default_addresses, remove_address
from customers.services.holding import hold_customer, hold_customers, lock_customer, lock_whole_customer
from customers.services.importing import import_customers

__all__ = [
    "add_address",
    "blank_customer",
    "change_address",
    "change_customer",
    "create_customer",
    "default_addresses",
    "hold_customer",
    "hold_customers",
    "import_customers",
    "lock_customer",
    "lock_whole_customer",
    "put_customer",
    "remove_address",
]
