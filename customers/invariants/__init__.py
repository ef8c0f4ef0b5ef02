"""What is always true of customers, their address books and their groups."""

from common.invariants import Count, only
from customers.invariants.book import BOOK
from customers.invariants.groups import GROUPS
from customers.invariants.particulars import PARTICULARS
from customers.models import AGGREGATE, GROUP_AGGREGATE
from events.invariants import told_in_events

COUNTS = (
    Count("customers", AGGREGATE, f"SELECT count(*) FROM customers WHERE {only('id')}"),
    Count("addresses", AGGREGATE, f"SELECT count(*) FROM customer_addresses WHERE {only('customer_id')}"),
    Count("customer groups", GROUP_AGGREGATE, f"SELECT count(*) FROM customer_groups WHERE {only('id')}"),
)

INVARIANTS = (*told_in_events(AGGREGATE, "customers"), *PARTICULARS, *BOOK, *GROUPS)
