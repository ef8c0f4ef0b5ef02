"""What can be done with customers."""

from customers.services.acts import (
    blank_customer,
    change_customer,
    create_customer,
    hold_customer,
    hold_customers,
    lock_customer,
    lock_whole_customer,
    put_customer,
)
from customers.services.importing import import_customers

__all__ = [
    "blank_customer",
    "change_customer",
    "create_customer",
    "hold_customer",
    "hold_customers",
    "import_customers",
    "lock_customer",
    "lock_whole_customer",
    "put_customer",
]
