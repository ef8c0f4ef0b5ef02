"""What whoever types an order is offered after a few letters."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
LOOKUP = reverse("admin:products_product_lookup")


def offered(browser: Client, text: str) -> list[dict[str, Any]]:
    products: list[dict[str, Any]] = browser.get(LOOKUP, {"q": text}).json()["products"]
    return products


def test_a_few_letters_of_name_or_sku_offer_the_products_on_sale_with_stock_and_price(
    staff: Callable[[str], Client],
) -> None:
    ProductFactory(sku="LAMP-1", name="Brass lamp", price_cents=1_250, stock_quantity=7)
    ProductFactory(sku="TABLE-1", name="Oak table")
    ProductFactory(sku="LAMP-9", name="Old lamp", is_active=False)
    sales = staff("sales")

    lamp = {"sku": "LAMP-1", "name": "Brass lamp", "available": 7, "price_cents": 1_250}
    assert offered(sales, "lam") == offered(sales, "bra la") == offered(sales, "LAMP-1") == [lamp]
    assert offered(sales, "chair") == offered(sales, " ") == offered(sales, "\0") == offered(sales, "&|!") == []


def test_the_product_of_exactly_this_sku_comes_first(staff: Callable[[str], Client]) -> None:
    ProductFactory(sku="A", name="Tea 4")
    ProductFactory(sku="4", name="Coffee")

    assert [product["sku"] for product in offered(staff("sales"), "4")] == ["4", "A"]


def test_who_may_not_see_products_is_offered_none(staff: Callable[[str], Client]) -> None:
    assert staff("none").get(LOOKUP, {"q": "a"}).status_code == 403
    assert Client().get(LOOKUP, {"q": "a"}).status_code == 302
