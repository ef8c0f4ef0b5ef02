"""Holding customers until the transaction ends, each kind of hold as strong as its act needs."""

from collections.abc import Collection

from django.db import connection

from common.errors import InvalidInput, NotFound
from customers.models import Customer


def lock_customer(customer_id: int) -> Customer:
    """The customer, held until the transaction ends. Raises NotFound."""
    customer = Customer.objects.locked().filter(pk=customer_id).first()
    if customer is None:
        raise NotFound(f"There is no customer {customer_id}.")
    return customer


def lock_whole_customer(customer_id: int) -> Customer:
    """The customer, held so that nobody can even place an order meanwhile. Raises NotFound."""
    customer = Customer.objects.select_for_update(of=("self",)).filter(pk=customer_id).first()
    if customer is None:
        raise NotFound(f"There is no customer {customer_id}.")
    return customer


def hold_customer(customer_id: int) -> None:
    """Make sure that the customer exists and stays until the transaction ends, without keeping others waiting.

    Django's foreign keys are checked at COMMIT, too late for a clear answer. Raises InvalidInput.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM customers WHERE id = %s FOR KEY SHARE", [customer_id])
        if cursor.fetchone() is None:
            raise InvalidInput.at("/customer_id", "unknown_customer", f"There is no customer {customer_id}.")


def hold_customers(emails: Collection[str]) -> dict[str, int]:
    """The ids of these customers by e-mail in lower case, held like `hold_customer` does; unknown ones are missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT lower(email), id FROM customers
            WHERE lower(email) IN (SELECT lower(email) FROM unnest(%s::text[]) AS given (email))
            ORDER BY id FOR KEY SHARE OF customers
            """,
            [list(emails)],
        )
        return dict(cursor.fetchall())
