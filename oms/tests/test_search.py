"""One search box each: the beginnings of words, or a name that is known whole."""

from typing import Any

import pytest
from django.test import Client

from customers.tests.factories import CustomerFactory
from orders.models import Order
from orders.services import Line
from orders.tests.factories import ACTOR, OrderFactory
from products.services import change_product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def found(api: Client, address: str, text: str) -> list[int]:
    answer = api.get(f"/api/v1/{address}/", {"search": text})
    assert answer.status_code == 200, answer.content
    return [each["id"] for each in answer.json()["results"]]


@pytest.mark.parametrize(
    "text",
    [
        "ada", "ADA", "Lov", "ada love", "love ada", "ada@exam", "ada@example.com", "example.com", "o'n", "O Neill",
        "+49 30 123", " ada ", "lovelace-o", "ada & love", "ada:*", "(ada)",
    ],
)  # fmt: skip
def test_a_customer_is_found_by_what_people_type(api: Client, text: str) -> None:
    CustomerFactory(email="grace@example.org", first_name="Grace", last_name="Hopper")
    ada = CustomerFactory(email="Ada@example.com", first_name="Ada", last_name="Lovelace-O'Neill", phone="+49 30 123")

    assert found(api, "customers", text) == [ada.pk]


@pytest.mark.parametrize("text", ["da", "adamant", "love grace", "!", "&", "'", "\\", "49 30 12", "ada | grace"])
def test_no_customer_is_found_by_anything_else(api: Client, text: str) -> None:
    CustomerFactory(email="ada@example.com", first_name="Ada", last_name="Lovelace", phone="+49 30 123")

    assert found(api, "customers", text) == []


@pytest.mark.parametrize("text", ["oak", "mug oak", "mug-0", "MUG-0001", "0001", "oak, nat"])
def test_a_product_is_found_by_its_name_and_its_sku(api: Client, text: str) -> None:
    ProductFactory(sku="LAM-0002", name="Walnut Lamp")
    mug = ProductFactory(sku="MUG-0001", name="Oak Mug, Natural")

    assert found(api, "products", text) == [mug.pk]


def test_an_order_is_found_by_number_reference_sku_and_buyer(api: Client) -> None:
    buyer, product = CustomerFactory(first_name="Grace", phone="555-1"), ProductFactory(sku="MUG-1")
    OrderFactory()
    order = OrderFactory(customer_id=buyer.pk, lines=[Line(1, product.pk)], external_ref="shop-77")

    for text in (order.number, order.number.lower(), "shop-77", "MUG-1", "grace", buyer.email, "555-1"):
        assert found(api, "orders", text) == [order.pk], text
    for text in ("SO-987654321", "shop-7", "MUG", "SO-" + "9" * 18):
        assert found(api, "orders", text) == [], text


def test_what_an_order_is_called_comes_before_what_is_in_it_and_who_bought_it(api: Client) -> None:
    """A text that may mean several things means the first of them that there is."""
    text = str(10**9)
    buyer, product = CustomerFactory(first_name=text), ProductFactory(sku=text)
    bought = OrderFactory(customer_id=buyer.pk)
    assert found(api, "orders", text) == []  # no order has a line of this SKU

    holds_it = OrderFactory(lines=[Line(1, product.pk)])
    assert found(api, "orders", text) == [holds_it.pk]
    called = OrderFactory(external_ref=text)
    assert found(api, "orders", text) == [called.pk]

    change_product(product.pk, actor=ACTOR, sku="ANOTHER")
    Order.objects.filter(pk=called.pk).update(external_ref=None)
    assert found(api, "orders", text) == [bought.pk]
    assert found(api, "orders", str(called.pk)) == [called.pk]  # its number without the letters


def test_the_meaning_of_a_text_does_not_hang_on_the_list_it_is_looked_for_in(api: Client) -> None:
    buyer: Any = CustomerFactory(first_name="shop-1")
    OrderFactory(customer_id=buyer.pk), OrderFactory(external_ref="shop-1")

    assert found(api, f"customers/{buyer.pk}/orders", "shop-1") == []


def test_a_search_and_a_filter_narrow_each_other(api: Client) -> None:
    buyer: Any = CustomerFactory(first_name="Grace")
    OrderFactory(customer_id=buyer.pk)
    shipped = OrderFactory(customer_id=buyer.pk, status="SHIPPED")

    answer = api.get("/api/v1/orders/", {"search": "grace", "status": "SHIPPED"}).json()

    assert [each["id"] for each in answer["results"]] == [shipped.pk]


def test_a_search_keeps_its_pages(api: Client) -> None:
    customers = [CustomerFactory(first_name="Grace").pk for _ in range(5)]

    page = api.get("/api/v1/customers/?search=grace&limit=3&ordering=id").json()
    rest = api.get(page["next"]).json()

    assert [each["id"] for each in [*page["results"], *rest["results"]]] == customers
