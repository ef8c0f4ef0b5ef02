"""Orders in the back-office, with what needs them of other apps' records: stock documents and anonymising."""

from orders.admin import acts, holds, lists, people, stock

__all__ = ["acts", "holds", "lists", "people", "stock"]
