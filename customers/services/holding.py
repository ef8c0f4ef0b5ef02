"""Holding customers until the transaction ends, each kind of hold as strong as its act needs."""

from collections.abc import Collection

from django.db import connection

from common.errors import InvalidInput, NotFound
from customers.errors import CustomerMerged
from customers.models import Customer, CustomerQuerySet


def lock_customer(customer_id: int) -> Customer:
    """The customer, held until the transaction ends. Raises NotFound, CustomerMerged."""
    return _one(Customer.objects.locked(), customer_id)


def lock_whole_customer(customer_id: int) -> Customer:
    """The customer, held so that nobody can even place an order meanwhile. Raises NotFound, CustomerMerged."""
    return _one(Customer.objects.locked_whole(), customer_id)


def lock_aliases(customer: Customer) -> list[Customer]:
    """Those who were merged into a customer, who is held whole: nobody is added meanwhile."""
    return list(Customer.objects.locked_whole().filter(merged_into=customer).order_by("pk"))


def require_unmerged(customer: Customer) -> Customer:
    """Refuse to change an alias. Raises CustomerMerged."""
    if customer.merged_into_id is not None:
        raise CustomerMerged(customer.merged_detail, merged_into_id=customer.merged_into_id)
    return customer


def hold_customer(customer_id: int) -> int:
    """Make sure that the customer exists and stays until the transaction ends, without keeping others waiting.

    Returns the id of who is held: of an alias, the customer whom it was merged into. An alias itself is not held, so
    that nobody ever waits for two. Django's foreign keys are checked at COMMIT, too late for a clear answer. Raises
    InvalidInput.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM customers WHERE id = %s AND merged_into_id IS NULL FOR KEY SHARE", [customer_id])
        if cursor.fetchone() is not None:
            return customer_id
        # Perhaps merged a moment ago, by whom we waited for; asked anew, the database knows.
        cursor.execute("SELECT merged_into_id FROM customers WHERE id = %s", [customer_id])
        row = cursor.fetchone()
    if row is None:
        raise InvalidInput.at("/customer_id", "unknown_customer", f"There is no customer {customer_id}.")
    return hold_customer(row[0])


def hold_customers(emails: Collection[str]) -> dict[str, int]:
    """The ids of these customers by e-mail in lower case, held like `hold_customer` does; unknown ones are missing.

    An alias's e-mail stands for the customer whom it was merged into.
    """
    held: dict[str, int] = {}
    while emails:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT lower(known.email), c.id, c.merged_into_id IS NULL
                FROM customers known JOIN customers c ON c.id = coalesce(known.merged_into_id, known.id)
                WHERE lower(known.email) IN (SELECT lower(email) FROM unnest(%s::text[]) AS given (email))
                ORDER BY c.id FOR KEY SHARE OF c
                """,
                [list(emails)],
            )
            rows = cursor.fetchall()
        held |= {email: customer_id for email, customer_id, goes_on in rows if goes_on}
        # Merged at this moment, by whom we waited for: asked anew, the database knows into whom.
        emails = [email for email, _, goes_on in rows if not goes_on]
    return held


def _one(customers: CustomerQuerySet, customer_id: int) -> Customer:
    customer = customers.filter(pk=customer_id).first()
    if customer is None:
        raise NotFound(f"There is no customer {customer_id}.")
    return require_unmerged(customer)
