"""Lists as files: all that the filter lets through, in the columns of the list, however much it is."""

import csv
import io
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import ROLES
from common.admin import exports
from common.admin.records import CappedPaginator
from customers.tests.factories import CustomerFactory
from orders.models import Order
from orders.services import Line
from orders.tests.factories import OrderFactory
from orders.tests.pages import EXPORTS
from products.tests.factories import ProductFactory
from reporting.tests.asking import content, sheets_of_xlsx

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])


def rows(browser: Client, model: str, query: str = "") -> list[dict[str, str]]:
    answer = browser.get(f"{reverse(f'admin:{model}_export_csv')}?{query}")
    assert answer.status_code == 200, answer
    return list(csv.DictReader(io.StringIO(content(answer).decode(), newline="")))


def test_a_file_has_what_the_filter_lets_through_in_the_columns_of_the_list(staff: Callable[[str], Client]) -> None:
    ada = CustomerFactory(email="ada@example.com", first_name="Ada", last_name="Lovelace")
    product = ProductFactory(sku="TEA", price_cents=1250, stock_quantity=10)
    order = OrderFactory(customer_id=ada.pk, lines=[Line(quantity=3, product_id=product.pk)])
    OrderFactory(status="CONFIRMED")
    browser = staff("viewer")

    (row,) = rows(browser, "orders_order", "status__exact=PENDING&q=ada@example.com&o=1")

    assert datetime.fromisoformat(row.pop("Created at")) == order.created_at
    assert row == {
        "Number": order.number, "Status": "PENDING", "Held for": "", "Customer": str(ada), "Units": "3", "Lines": "1",
        "Total EUR": "37.50", "Payment": "unpaid", "Hours open": "0", "External ref": "",
    }  # fmt: skip
    assert len(rows(browser, "orders_order")) == 2
    assert rows(browser, "orders_order", "tab=on_hold") == []
    assert rows(browser, "orders_order", "sku=nothing-like-this") == []
    assert rows(browser, "products_product", "q=TEA") == [
        {"SKU": "TEA", "Name": product.name, "Price EUR": "12.50", "Available": "7", "Reorder level": "0",
         "Is low": "no", "Is sold": "yes"}
    ]  # fmt: skip
    (sold,) = rows(browser, "products_stockmovement", f"q={order.number}")
    assert (sold["SKU"], sold["Delta"], sold["Kind"], sold["Order ID"]) == ("TEA", "-3", "sale", str(order.pk))


def test_no_cell_runs_as_a_formula_and_numbers_are_numbers(staff: Callable[[str], Client]) -> None:
    customer = CustomerFactory(email="+ada@example.com", first_name="=1+1", last_name="Lovelace")
    browser = staff("viewer")

    (row,) = rows(browser, "customers_customer")
    book = sheets_of_xlsx(content(browser.get(reverse("admin:customers_customer_export_xlsx"), {"q": "Lovelace"})))

    assert (row["Email"], row["First name"]) == ("'+ada@example.com", "'=1+1")
    assert book["Customers"][1][:3] == [str(customer.pk), ("'+ada@example.com",), ("'=1+1",)]
    assert [("search",), ("Lovelace",)] in book["About"]


def test_each_chunk_costs_the_same_and_nothing_is_cut(
    staff: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        OrderFactory()
    monkeypatch.setattr(exports, "CHUNK", 2)
    monkeypatch.setattr(CappedPaginator, "most", 1)
    browser = staff("viewer")

    with CaptureQueriesContext(connections["report"]) as asked:
        numbers = [row["Number"] for row in rows(browser, "orders_order")]

    assert numbers == [order.number for order in Order.objects.order_by("-created_at", "-pk")]
    reads = [query["sql"] for query in asked if "FETCH" in query["sql"] or "FROM" in query["sql"]]
    declared, of_each_chunk, last_fetch = 1, 3, 1  # its ids, its orders, their lines
    assert len(reads) == declared + 3 * of_each_chunk + last_fetch


def test_whoever_sees_a_list_has_its_files_and_nobody_else(staff: Callable[[str], Client]) -> None:
    for role in (*ROLES, "none", "chief"):
        browser = staff(role)
        for name, roles in EXPORTS.items():
            expected = 200 if role == "chief" or role in roles else 403
            answer = browser.get(reverse(f"admin:{name}"))
            assert (role, name, answer.status_code) == (role, name, expected)
            answer.close()
            assert browser.post(reverse(f"admin:{name}")).status_code == (405 if expected == 200 else 403)


def test_a_list_leads_to_its_files_and_keeps_the_filter(staff: Callable[[str], Client]) -> None:
    browser = staff("viewer")

    page = browser.get(reverse("admin:orders_order_changelist"), {"status__exact": "PENDING", "p": "2"})

    assert page.context["files"] == [
        (name, reverse(f"admin:orders_order_export_{name.lower()}") + "?status__exact=PENDING")
        for name in ("CSV", "XLSX")
    ]
    assert "Export XLSX" in page.content.decode()


@pytest.mark.parametrize("query", ["nonsense=1", "customer__id__exact=x", "q=%00"])
def test_a_filter_that_makes_no_sense_is_refused(query: str, staff: Callable[[str], Client]) -> None:
    answer = staff("viewer").get(f"{reverse('admin:orders_order_export_csv')}?{query}")

    assert answer.status_code == 400
