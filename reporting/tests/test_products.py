"""Shares, covers and what was never sold, against plain Python over the rows."""

from collections.abc import Hashable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from orders.models import Order
from orders.services import Line, cancel_order
from orders.tests.factories import ACTOR, OrderFactory
from products.models import Product
from products.services import change_product
from products.tests.factories import ProductFactory
from reporting.tests.asking import rows
from reporting.tests.books import by_product, local_date, set_created_at, within, write_book
from reporting.tests.rolling import roll_up_half

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

TODAY = date(2024, 11, 20)
RANGES: tuple[tuple[date | None, date | None], ...] = (
    (None, None),
    (date(2018, 11, 4), date(2024, 4, 7)),
    (date(2024, 3, 1), date(2030, 1, 1)),
    (None, date(2018, 2, 18)),
)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.parameters.timezone.now", lambda: datetime(2024, 11, 20, 12, tzinfo=UTC))


def in_text(first: date | None, end: date | None) -> dict[str, str]:
    return {name: day.isoformat() for name, day in (("from", first), ("to", end)) if day}


def sold(orders: list[Order]) -> dict[Hashable, tuple[int, int]]:
    """Units and cents that are left of each product."""
    return {product: (told["net_units"], told["net_cents"]) for product, told in by_product(orders).items()}


def rounded(value: Decimal, digits: str) -> Decimal:
    return value.quantize(Decimal(digits), ROUND_HALF_UP)


def test_shares_and_covers_are_exact() -> None:
    book = write_book()
    stock = dict(Product.objects.values_list("pk", "stock_quantity"))

    for zone in ("Europe/Berlin", "America/Sao_Paulo"):
        began = min(local_date(order, zone) for order in book)
        for first, end in RANGES:
            expected = sold(within(book, zone, first, end))
            total = sum(cents for _, cents in expected.values())
            days = (min(end or date.max, date(2024, 11, 21)) - (first or began)).days
            for row in rows("products", tz=zone, **in_text(first, end)):
                units, cents = expected.pop(row["product_id"])
                assert row["share_percent"] == rounded(Decimal(100 * cents) / total, "0.01")
                assert row["available"] == stock[row["product_id"]]
                cover = rounded(Decimal(row["available"] * days) / units, "0.1") if units else None
                assert row["cover_days"] == cover, (zone, first, end)
            assert not expected


def test_what_was_only_cancelled_has_no_cover_and_no_share() -> None:
    order = OrderFactory(status=Order.Status.CANCELLED)

    (row,) = rows("products")

    assert (row["product_id"], row["share_percent"], row["cover_days"]) == (order.items.get().product_id, None, None)


def test_a_range_that_is_still_to_come_has_no_pace() -> None:
    set_created_at(OrderFactory().pk, datetime(2025, 1, 1, tzinfo=UTC))

    assert [row["cover_days"] for row in rows("products", from_="2024-12-24")] == [None]


def never_sold(book: list[Order], zone: str, first: date | None, end: date | None) -> list[dict[str, Any]]:
    counted = by_product(within(book, zone, first, end))
    bought = {product for product, told in counted.items() if told["orders"] > told["cancelled_orders"]}
    left = [product for product in Product.objects.filter(is_active=True) if product.pk not in bought]
    ever = {product: sorted(days) for product, days in _days_sold(book, zone).items()}
    found = [
        {
            "product_id": product.pk,
            "sku": product.sku,
            "name": product.name,
            "available": product.stock_quantity,
            "value_cents": product.stock_quantity * product.price_cents,
            "created_on": product.created_at.date(),
            "last_sold_on": ever[product.pk][-1] if product.pk in ever else None,
        }
        for product in left
    ]
    return sorted(found, key=lambda row: (-row["value_cents"], row["product_id"]))


def _days_sold(book: list[Order], zone: str) -> dict[int, list[date]]:
    days: dict[int, list[date]] = {}
    for order in book:
        if str(order.status) != "CANCELLED":
            for item in order.items.all():
                days.setdefault(item.product_id, []).append(local_date(order, zone))
    return days


def test_what_was_never_sold_is_all_that_is_on_sale_and_was_not_bought() -> None:
    book = write_book()
    ProductFactory(price_cents=5, stock_quantity=7)
    ProductFactory(price_cents=10**12, stock_quantity=10**9)
    gone = ProductFactory()
    change_product(gone.pk, actor=ACTOR, is_active=False)
    roll_up_half()

    for first, end in (*RANGES, (date(2024, 3, 31), date(2024, 4, 1))):
        told = rows("never-sold", tz="UTC", **in_text(first, end))
        assert told == never_sold(book, "UTC", first, end), (first, end)
        assert gone.pk not in {row["product_id"] for row in told}


def test_a_cancelled_order_sold_nothing() -> None:
    order = OrderFactory(lines=[Line(quantity=1, product_id=ProductFactory(sku="LAMP").pk)])
    assert rows("never-sold") == []

    cancel_order(order.pk, actor=ACTOR, reason="test")

    assert [(row["sku"], row["last_sold_on"]) for row in rows("never-sold")] == [("LAMP", None)]
