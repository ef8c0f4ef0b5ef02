"""Customers in the back-office, with their address books and groups."""

from customers.admin import addresses, groups, people

__all__ = ["addresses", "groups", "people"]
