"""What the reading benchmark asks for: an order, and every way to list orders, customers and products."""

import base64
import json
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

from customers.models import Customer
from orders.models import Order
from products.models import Product

API = "/api/v1"
EVERY_ORDERING = ("id", "-id", "created_at", "-created_at", "updated_at", "-updated_at")
LIMIT = 50
CENTURY = "2000-01-01T00:00:00Z"


def questions(api: Client) -> Iterator[tuple[str, str]]:
    """Names and addresses."""
    newest = Order.objects.order_by("-pk")[0]
    yield "an order", f"{API}/orders/{newest.pk}/"
    yield "an order, expand=customer", f"{API}/orders/{newest.pk}/?expand=customer"
    for ordering in EVERY_ORDERING:
        first = f"{API}/orders/?ordering={ordering}"
        yield f"orders by {ordering}: first page", first
        yield f"orders by {ordering}: last page", _last_page(api, first, ordering)
    for query, ordering in product(_order_filters(), EVERY_ORDERING):
        yield _asked("orders", f"{query}&ordering={ordering}")
    for place, ordering in product((0, 1_000, Customer.objects.count() - 1), EVERY_ORDERING):
        customer = Customer.objects.order_by("pk")[place]
        yield _asked(f"customers/{customer.pk}/orders", f"ordering={ordering}")
    yield from (_asked("orders", query) for query in _order_names())
    yield from (_asked("customers", query) for query in _customer_lists())
    yield from (_asked("products", query) for query in _product_lists())


def _asked(path: str, query: str) -> tuple[str, str]:
    return f"{path}?{query}", f"{API}/{path}/?{query}"


def _last_page(api: Client, first: str, ordering: str) -> str:
    """The address that following the first page's `next` to the end would lead to, without going there."""
    (cursor,) = parse_qs(urlsplit(api.get(first).json()["next"]).query)["cursor"]
    digest, backwards, _, _ = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    name, sign = ordering.lstrip("-"), "" if ordering.startswith("-") else "-"
    before = Order.objects.order_by(f"{sign}{name}", f"{sign}id")[LIMIT]
    place: Any = [digest, backwards, before.pk if name == "id" else getattr(before, name).isoformat(), before.pk]
    return f"{first}&{urlencode({'cursor': base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip('=')})}"


def _order_filters() -> Iterator[str]:
    """Conditions that many or few orders meet; of those that few meet, old ones and new ones."""
    yield from ("status=PENDING", "status=SHIPPED", "status=DELIVERED")
    yield from ("status__in=PENDING,CONFIRMED", "status__in=CANCELLED,SHIPPED")
    yield from (f"customer_email=buyer{number}@example.com" for number in (0, Customer.objects.count() - 1))
    yield f"customer_id={Customer.objects.order_by('pk')[0].pk}"
    yield from ("sku=ART-00001", "sku=ART-09000")
    yield from (f"product_id={Product.objects.get(sku=sku).pk}" for sku in ("ART-00001", "ART-00100", "ART-09000"))
    yield from ("created_after=2025-12-31T00:00:00Z", "created_before=2023-01-02T00:00:00Z")
    yield "created_after=2024-06-01T00:00:00Z&created_before=2024-06-02T00:00:00Z"
    yield "created_after=2024-06-01T00:00:00Z&created_before=2024-07-01T00:00:00Z"
    yield from ("created_after=2023-06-01T00:00:00Z", "created_before=2025-06-01T00:00:00Z")
    yield from ("created_after=2025-10-01T00:00:00Z", "created_before=2023-04-01T00:00:00Z")
    yield from (f"updated_since={month}-01T00:00:00Z" for month in ("2023-01", "2025-10", "2026-01"))
    yield from ("total_cents__gte=5000000", "total_cents__gte=10000&total_cents__lte=10010", "total_cents__gte=1000")
    yield from ("on_hold=true", "hold_kind=stock")
    yield "status=DELIVERED&sku=ART-00001"
    yield "status=CANCELLED&customer_email=buyer0@example.com"
    yield "status=DELIVERED&created_before=2023-02-01T00:00:00Z"
    yield "status=SHIPPED&total_cents__gte=1000000"
    yield from (f"search={text}" for text in ("buyer0", "weber", "quillfeather", "ART-00001", "ART-09000"))


def _order_names() -> Iterator[str]:
    """What at most one order is called."""
    pk = Order.objects.order_by("pk")[500].pk
    yield from (f"number=SO-{pk:08d}", "external_ref=SHOP-500")
    yield from (f"search={text}" for text in (f"SO-{pk:08d}", str(pk), "SHOP-500", "nothing", "SHOP-0"))


def _customer_lists() -> Iterator[str]:
    yield from (f"ordering={ordering}" for ordering in EVERY_ORDERING)
    yield from ("email=buyer7@example.com", f"created_after={CENTURY}", f"updated_since={CENTURY}")
    for text in ("weber", "quillfeather", "ben weber", "example", "b", "%2B49 30 0000007", "nobody"):
        yield from (f"search={text}&ordering={ordering}" for ordering in ("id", "-id", "-created_at"))


def _product_lists() -> Iterator[str]:
    yield from (f"ordering={ordering}" for ordering in EVERY_ORDERING)
    yield from ("sku=ART-00007", "is_active=true", "is_active=false", "low_stock=true", "low_stock=false")
    yield from ("price_cents__gte=90000", "price_cents__gte=1000&price_cents__lte=1010")
    for text in ("mug", "oak mug", "art", "00007", "nothing"):
        yield from (f"search={text}&ordering={ordering}" for ordering in ("id", "-id"))
