"""Products in the back-office: prices in units, stale forms field by field, stock by document only."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from common.actors import Actor
from events.models import Event
from products.models import Product, StockMovement
from products.services import adjust_stock, change_product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(staff: Callable[[str], Client]) -> Client:
    return staff("manager")


def url(act: str, product: Product | None = None) -> str:
    return reverse(f"admin:products_product_{act}", args=[product.pk] if product else [])


def sent(product: Product | None = None, **fields: Any) -> dict[str, Any]:
    unseen = {"idempotency_key": str(uuid.uuid4()), **({"version": product.version} if product else {})}
    return {**unseen, **fields}


def catalogue(product: Product, **fields: Any) -> dict[str, Any]:
    """The form of a product as it was opened, with these fields changed."""
    opened = {"sku": product.sku, "name": product.name, "price_cents": "12.50", "reorder_level": "0", "is_active": "on"}
    return sent(product, **{**opened, **fields})


def test_a_product_is_added_with_its_opening_stock_and_exact_price(manager: Client) -> None:
    fields = {"sku": "TEA", "name": "Tea", "price_cents": "19.99", "reorder_level": "2", "stock_quantity": "5"}

    manager.post(url("add"), sent(None, **fields))

    product = Product.objects.get()
    assert (product.sku, product.price_cents, product.stock_quantity) == ("TEA", 1_999, 5)
    assert Event.objects.get(type="product.created").actor.startswith("user:")


def test_the_form_shows_the_price_in_units(manager: Client) -> None:
    page = manager.get(url("edit", ProductFactory(price_cents=1_205))).content.decode()

    assert 'value="12.05"' in page


@pytest.mark.parametrize("price", ["", "-1", "1.005", "NaN", "Infinity", "1e99999999", "9" * 4_000, "\0", "12,50", "x"])
def test_a_price_that_is_none_is_told_at_its_field(price: str, manager: Client) -> None:
    product = ProductFactory()

    response = manager.post(url("edit", product), catalogue(product, price_cents=price))

    assert "price_cents" in response.context["form"].errors
    assert Product.objects.get(pk=product.pk).price_cents == 1_250


def test_a_name_is_one_line_and_a_description_may_be_several(manager: Client) -> None:
    product = ProductFactory()

    refused = manager.post(url("edit", product), catalogue(product, name="a\nb"))
    assert refused.context["form"].errors["name"] == ["Control characters are not allowed."]

    assert manager.post(url("edit", product), catalogue(product, description="a\nb")).status_code == 302


def test_a_sku_that_another_has_is_told_at_its_field_and_the_input_is_kept(manager: Client) -> None:
    ProductFactory(sku="TEA")
    product = ProductFactory()

    response = manager.post(url("edit", product), catalogue(product, sku="TEA"))

    form = response.context["form"]
    assert form.errors["sku"] == ["Another record has this sku."]
    assert form["sku"].value() == "TEA"


def test_a_stale_form_keeps_what_was_typed_and_takes_over_what_others_changed(manager: Client, actor: Actor) -> None:
    product = ProductFactory(name="Tea")
    change_product(product.pk, actor=actor, price_cents=1_400)

    response = manager.post(url("edit", product), catalogue(product, name="Green tea"))

    form = response.context["form"]
    assert Product.objects.get(pk=product.pk).name == "Tea"
    assert (form["name"].value(), form["price_cents"].value(), form["version"].value()) == ("Green tea", "14.00", "2")
    assert response.context["meanwhile"][0].fields == {"price_cents": (1_250, 1_400)}


@pytest.mark.parametrize(
    ("act", "fields", "stock", "kind"),
    [
        ("adjust", {"delta": "5", "kind": "receipt"}, 15, "receipt"),
        ("adjust", {"delta": "-4", "kind": "adjustment"}, 6, "adjustment"),
        ("set_stock", {"set_to": "3", "expected": "10"}, 3, "adjustment"),
        ("count", {"counted": "9", "expected_on_hand": "10"}, 9, "count"),
    ],
)
def test_a_stock_document_moves_the_stock_and_says_why(
    act: str, fields: dict[str, str], stock: int, kind: str, manager: Client
) -> None:
    product = ProductFactory(stock_quantity=10)

    assert manager.post(url(act, product), sent(product, reason="Monday", **fields)).status_code == 302

    row = StockMovement.objects.latest("sequence")
    assert (row.balance, row.kind, row.reason) == (stock, kind, "Monday")
    assert Product.objects.get(pk=product.pk).stock_quantity == stock


def test_a_preview_of_a_stock_document_changes_nothing(manager: Client) -> None:
    product = ProductFactory(stock_quantity=10)

    form = sent(product, delta="5", kind="receipt", reason="x", _preview="Preview")
    response = manager.post(url("adjust", product), form)

    assert ("Available then", "15") in response.context["preview"]
    assert Product.objects.get(pk=product.pk).stock_quantity == 10


def test_a_number_that_is_not_true_any_more_is_told_and_renewed(manager: Client, actor: Actor) -> None:
    product = ProductFactory(stock_quantity=10)
    adjust_stock(product.pk, actor=actor, delta=1, reason="x")

    form = {**sent(product, set_to="3", expected="10", reason="x"), "version": 2}
    response = manager.post(url("set_stock", product), form)

    assert "11 are available, not 10" in str(response.context["form"].errors)
    assert response.context["form"]["expected"].value() == 11


def test_no_form_sets_stock_by_the_way(manager: Client) -> None:
    product = ProductFactory(stock_quantity=10)

    manager.post(url("edit", product), catalogue(product, stock_quantity="99", stock_seq="7", name="New"))

    assert Product.objects.values_list("name", "stock_quantity", "stock_seq").get(pk=product.pk) == ("New", 10, 1)
