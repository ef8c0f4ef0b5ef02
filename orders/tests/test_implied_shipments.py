"""What was shipped before there were shipments gets one that holds everything, and the books stay sound."""

import importlib

import pytest
from django.db import connection

from common.transactions import run
from oms.verification import prove
from orders import services
from orders.models import Order
from orders.tests.factories import ACTOR, OrderFactory

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

MIGRATION = importlib.import_module("orders.migrations.0010_implied_shipments")
# As they were: no shipment, and in the story nothing of one. `shipped_at` is that of the order's own event.
BEFORE = """
    DELETE FROM shipment_lines;
    DELETE FROM shipments;
    ALTER TABLE events DISABLE TRIGGER USER;
    DELETE FROM events WHERE type LIKE 'order.shipment%';
    UPDATE events SET version = version - 1 WHERE type = 'order.shipped';
    UPDATE events SET version = version - 2 WHERE type = 'order.delivered';
    ALTER TABLE events ENABLE TRIGGER USER;
    UPDATE orders SET version = version - CASE status WHEN 'SHIPPED' THEN 1 WHEN 'DELIVERED' THEN 2 ELSE 0 END;
    ALTER TABLE orders DROP CONSTRAINT orders_fulfilment_fits_status;
    UPDATE orders SET fulfilment_state = 'none';
"""
AFTER = "ALTER TABLE orders ADD CONSTRAINT orders_fulfilment_fits_status {}"


@pytest.fixture
def orders() -> dict[str, Order]:
    return {status: OrderFactory(status=status) for status in Order.Status}


def test_they_get_one_shipment_with_the_orders_times_and_go_on_like_any_other(orders: dict[str, Order]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'orders_fulfilment_fits_status'"
        )
        (definition,) = cursor.fetchone() or ("",)
        for statement in (*BEFORE.split(";")[:-1], *MIGRATION.IMPLIED.split(";")[:3], AFTER.format(definition)):
            cursor.execute(statement)

    stored = {order.status: order for order in Order.objects.with_lines()}
    (shipped,), (delivered,) = stored["SHIPPED"].parcels, stored["DELIVERED"].parcels
    assert (shipped.status, shipped.units, shipped.prepared_at) == ("dispatched", 2, None)
    assert shipped.dispatched_at == stored["SHIPPED"].shipped_at
    assert (delivered.status, delivered.delivered_at) == ("delivered", stored["DELIVERED"].delivered_at)
    assert [stored[status].parcels for status in ("PENDING", "CONFIRMED", "CANCELLED")] == [[], [], []]
    assert prove().broken == []

    run(lambda: services.deliver_order(orders["SHIPPED"].pk, actor=ACTOR))
    assert prove().broken == []
