"""An order taken by phone: of somebody who is known, or of somebody new, together with the order or not at all."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from events.models import Event
from orders.models import Order
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
PLACE = reverse("admin:orders_order_add")


def called(browser: Client, **fields: Any) -> Any:
    ProductFactory(sku="TEA", stock_quantity=5)
    form = {"idempotency_key": str(uuid.uuid4()), "items_sku": "TEA", "items_quantity": "2", **fields}
    return browser.post(PLACE, form)


def test_a_new_customer_and_their_order_are_made_together(staff: Callable[[str], Client]) -> None:
    response = called(staff("sales"), email="grace@example.com", first_name="Grace", phone="123")

    assert response.status_code == 302
    order = Order.objects.select_related("customer").get()
    assert (order.customer.email, order.customer.first_name, order.customer.phone) == (
        "grace@example.com",
        "Grace",
        "123",
    )
    kinds = list(Event.objects.order_by("position").values_list("type", flat=True))
    assert kinds[-2:] == ["customer.created", "order.placed"]


def test_an_order_that_is_refused_leaves_no_new_customer_behind(staff: Callable[[str], Client]) -> None:
    response = called(staff("sales"), email="grace@example.com", items_quantity="6")

    assert "TEA: 6 asked for, 5 available." in str(response.context["form"].errors)
    assert not Customer.objects.exists() and not Order.objects.exists()


def test_an_e_mail_that_is_known_is_said_at_its_field(staff: Callable[[str], Client]) -> None:
    CustomerFactory(email="Grace@example.com")

    response = called(staff("sales"), email="grace@example.com")

    assert response.context["form"].errors
    assert Customer.objects.count() == 1 and not Order.objects.exists()


@pytest.mark.parametrize(("who", "field"), [("both", "email"), ("nobody", "customer_id")])
def test_it_has_to_be_clear_who_orders(who: str, field: str, staff: Callable[[str], Client]) -> None:
    known = CustomerFactory()
    given = {"customer_id": known.pk, "email": "new@example.com"} if who == "both" else {}

    response = called(staff("sales"), **given)

    assert list(response.context["form"].errors) == [field]
    assert not Order.objects.exists()


def test_who_may_place_orders_but_add_no_customers_is_refused_the_new_one(client: Client) -> None:
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=["place_order", "view_order"]))
    client.force_login(clerk)

    assert called(client, email="grace@example.com").status_code == 403
    assert not Customer.objects.exists()


def test_the_page_comes_back_with_stock_and_price_beside_each_line(staff: Callable[[str], Client]) -> None:
    page = called(staff("sales"), items_quantity="x").content.decode()

    price = Product.objects.get(sku="TEA").price_cents
    assert (
        f'data-sku="TEA" data-name="{Product.objects.get(sku="TEA").name}" data-available="5" data-price="{price}"'
        in page
    )


def test_customers_of_one_name_are_told_apart_by_their_e_mail(staff: Callable[[str], Client]) -> None:
    ada = CustomerFactory(email="ada@example.com", first_name="Ada", last_name="Adler")
    CustomerFactory(email="grace@example.com", first_name="Grace", last_name="Hopper")
    asked = {"term": "adl", "app_label": "orders", "model_name": "order", "field_name": "customer"}
    address = reverse("admin:orders_order_customers")

    assert staff("sales").get(address, asked).json()["results"] == [
        {"id": str(ada.pk), "text": "Ada Adler, ada@example.com"}
    ]
    assert staff("none").get(address, asked).status_code == 403
