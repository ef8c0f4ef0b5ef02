"""Orders to report on."""

from datetime import UTC, datetime

import pytest

from customers.tests.factories import CustomerFactory
from orders.models import Order
from orders.services import Line
from orders.tests.factories import OrderFactory
from products.tests.factories import ProductFactory
from reporting.tests.books import set_created_at


@pytest.fixture
def january() -> Order:
    """One order of three lanterns, on the last evening of January 2011 in Berlin."""
    lantern = ProductFactory(sku="-LAN", name="Lantern, brass \x1b[31m", price_cents=123_456)
    order = OrderFactory(
        customer_id=CustomerFactory(email="+ada@example.com", first_name="=1+1", last_name='O"Neill\n').pk,
        lines=[Line(quantity=3, product_id=lantern.pk)],
    )
    set_created_at(order.pk, datetime(2011, 1, 31, 22, 30, tzinfo=UTC))
    return order
