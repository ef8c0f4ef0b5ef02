"""The demo shop comes in through the import commands, sound and the same each time."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from oms import demo
from oms.verification import prove
from orders.models import Order, PaymentState, Shipment, ShortClose
from products.models import Product

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])


def fill() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def test_fills_an_empty_system_and_leaves_a_full_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "PAST_ORDERS", 300)
    monkeypatch.setattr(demo, "CUSTOMERS", 50)

    first, second = fill(), fill()

    assert first == "Made 320 products, 50 customers and 400 orders.\n"
    assert "nothing was added" in second
    assert set(Order.objects.values_list("status", flat=True)) == set(Order.Status.values)
    assert Order.objects.filter(takes_stock=False).count() == 300
    assert Order.objects.on_hold().count() == 7
    assert not Order.objects.filter(takes_stock=True, shipping_address=None).exists()
    assert set(Order.objects.values_list("payment_state", flat=True)) == set(PaymentState)
    assert Product.objects.low_on_stock().exists()
    assert set(Order.objects.values_list("fulfilment_state", flat=True)) == set(Order.Fulfilment.values)
    assert set(Order.objects.values_list("return_state", flat=True)) == {"none", "requested", "partial"}
    assert set(Shipment.objects.values_list("status", flat=True)) == {"prepared", "dispatched", "delivered"}
    assert Shipment.objects.exclude(tracking_number="").exists() and ShortClose.objects.exists()
    assert prove().broken == []


def test_what_was_ordered_is_the_same_on_every_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "PAST_ORDERS", 100)
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)

    books = [
        [(line.external_ref, line.customer_email, line.sku, line.quantity) for line in demo.past_lines(now + day)]
        for day in (timedelta(days=days) for days in range(7))
    ]

    assert all(book == books[0] for book in books)
