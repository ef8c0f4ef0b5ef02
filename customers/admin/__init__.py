"""Customers in the back-office, with their address books."""

from customers.admin import addresses, people

__all__ = ["addresses", "people"]
