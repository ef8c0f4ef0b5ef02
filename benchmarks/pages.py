"""What the back-office is asked for: the dashboard, lists with each tab, filter and search, records and reports."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from accounts.models import User
from common.admin.neighbours import CAME_FROM
from customers.models import Customer
from orders.models import WORK, Hold, Order, PaymentState
from products.models import Product
from reporting.reports import REPORTS

NAME = "benchmark-browser"  # a person; the other measurements have a service of the shorter name
SKUS = ("ART-00001", "ART-09000")  # sold all the time, and hardly ever


def browser() -> Client:
    """Of somebody who may see everything."""
    User.objects.filter(username=NAME).delete()
    client = Client()
    client.force_login(User.objects.create_superuser(NAME))
    return client


def pages() -> Iterator[tuple[str, str]]:
    """Names and addresses."""
    yield "dashboard", reverse("admin:index")
    orders = reverse("admin:orders_order_changelist")
    yield "orders: first page", orders
    yield "orders: page 100", f"{orders}?p=100"
    for query in (*_tabs(), *_filters(), *_searches()):
        yield f"orders: {query}", f"{orders}?{query}"
    yield from _records()
    for name in ("customers_customer", "products_product", "products_stockmovement", "events_event"):
        yield f"list of {name.partition('_')[2]}s", reverse(f"admin:{name}_changelist")
    for query in ("q=weber", "q=buyer7", "q=%2B49 30 0000007"):
        yield f"customers: {query}", f"{reverse('admin:customers_customer_changelist')}?{query}"
    for query in ("q=mug", "q=ART-0", "low_on_stock=yes"):
        yield f"products: {query}", f"{reverse('admin:products_product_changelist')}?{query}"
    for report in REPORTS.values():
        asked = f"?product={SKUS[0]}" if report.name == "ledger" else ""
        yield f"report {report.name}", reverse(f"admin:reporting_report_{report.name}") + asked


def _tabs() -> Iterator[str]:
    yield from (f"tab={work.name}" for work in WORK)


def _filters() -> Iterator[str]:
    yield from (f"status__exact={status}" for status in Order.Status)
    yield from (f"payment_state__exact={state}" for state in PaymentState)
    yield from (f"fulfilment_state__exact={state}" for state in Order.Fulfilment)
    yield from (f"return_state__exact={state}" for state in Order.ReturnState)
    yield from ("on_hold=yes", f"on_hold={Hold.Kind.PAYMENT}")
    yield from ("placed_from=2023-01-02&placed_to=2023-01-02", "placed_to=2023-01-02", "placed_from=2024-06-01")
    yield from ("total_from=50000", "total_from=100&total_to=100.10", "total_from=10")
    yield from (f"sku={sku}" for sku in SKUS)
    yield from (f"email=buyer{number}@example.com" for number in (0, Customer.objects.count() - 1))
    yield from (f"status__exact=DELIVERED&sku={SKUS[1]}", "status__exact=SHIPPED&total_from=10000")


def _searches() -> Iterator[str]:
    named = Order.objects.exclude(external_ref=None).order_by("pk")[500]
    yield from (f"q={named.number}", f"q={named.external_ref}", "q=buyer7@example.com", "q=quillfeather", "q=weber")
    yield from (*(f"q={sku}" for sku in SKUS), "q=%2B49 30 0000007", "q=TRACK-1", "q=nothing")


def _records() -> Iterator[tuple[str, str]]:
    newest: Any = Order.objects.order_by("-pk")[0]
    oldest = Order.objects.order_by("pk")[0]
    for age, order in (("an open order", newest), ("an old order", oldest)):
        yield age, reverse("admin:orders_order_change", args=[order.pk])
    found = urlencode({CAME_FROM: "status__exact=DELIVERED"})
    yield "an order as found in a list", reverse("admin:orders_order_change", args=[oldest.pk]) + f"?{found}"
    yield "a new order", reverse("admin:orders_order_add")
    busiest = Customer.objects.get(email="buyer0@example.com")
    yield "a customer of many orders", reverse("admin:customers_customer_change", args=[busiest.pk])
    for sku in SKUS:
        pk = Product.objects.get(sku=sku).pk
        yield f"product {sku}", reverse("admin:products_product_change", args=[pk])
