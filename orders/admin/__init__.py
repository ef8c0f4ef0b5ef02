"""Orders in the back-office, with what needs them of other apps' records: stock documents and anonymising."""

from orders.admin import acts, bulk, counting, holds, ledger, lists, parcels, payments, people, phone, returns, stock

__all__ = [
    "acts",
    "bulk",
    "counting",
    "holds",
    "ledger",
    "lists",
    "parcels",
    "payments",
    "people",
    "phone",
    "returns",
    "stock",
]
