"""How many statements the pages of the back-office take: as many as said here, whatever there is to show."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.tests.factories import OFFICE, CustomerAddressFactory
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db

# Two of each are session and user.
STATEMENTS = {
    "customers_customer_changelist": 5,
    "products_product_changelist": 5,
    "products_stockmovement_changelist": 4,
    "events_event_changelist": 4,
    "products_product_change": 8,
    "customers_customer_change": 9,
    "orders_order_add": 5,
}


def test_no_page_takes_more_statements_because_there_is_more_to_show(staff: Callable[[str], Client]) -> None:
    chief, order = staff("chief"), OrderFactory()
    CustomerAddressFactory(customer_id=order.customer_id, defaults={"shipping": True})

    few = dict(counted(chief, order.customer_id, order.lines[0].product_id))
    for _ in range(3):
        OrderFactory(customer_id=order.customer_id)
        CustomerAddressFactory(customer_id=order.customer_id, address=OFFICE)

    assert few == dict(counted(chief, order.customer_id, order.lines[0].product_id)) == STATEMENTS


def counted(browser: Client, customer_id: int, product_id: int) -> Iterator[tuple[str, int]]:
    ids = {"products_product_change": [product_id], "customers_customer_change": [customer_id]}
    for name in STATEMENTS:
        address = reverse(f"admin:{name}", args=ids.get(name))
        asked = {"customer": customer_id} if name == "orders_order_add" else {}
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address, asked).status_code == 200
        yield name, len(captured)
