"""An order taken by phone: of somebody who is known, or of somebody new, together with the order or not at all."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import User
from common.addresses import in_one_line
from customers.models import Customer, CustomerAddress
from customers.tests.factories import HOME, OFFICE, CustomerAddressFactory, CustomerFactory
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
    kept = {**typed("shipping"), "shipping_address_keep": "on"}

    response = called(staff("sales"), email="grace@example.com", items_quantity="6", **kept)

    assert "TEA: 6 asked for, 5 available." in str(response.context["form"].errors)
    assert not (Customer.objects.exists() or CustomerAddress.objects.exists() or Order.objects.exists())


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


def typed(purpose: str, **parts: str) -> dict[str, str]:
    """What a browser sends of an address that is typed for a purpose."""
    name = f"{purpose}_address"
    return {f"{name}_to": "typed", **{f"{name}_{part}": text for part, text in (HOME.as_json() | parts).items()}}


def agreed() -> tuple[Any, Any]:
    order = Order.objects.get()
    return order.shipping_address, order.billing_address


def test_the_page_offers_the_address_book_and_says_what_will_be_copied(staff: Callable[[str], Client]) -> None:
    entry = CustomerAddressFactory(defaults={"shipping": True})
    other = CustomerAddressFactory(customer_id=entry.customer_id, address=OFFICE)
    text = escape(in_one_line(HOME.as_json()))

    page = staff("sales").get(PLACE, {"customer": entry.customer_id}).content.decode()
    book = reverse("admin:orders_order_address_book", args=[entry.customer_id])
    told = staff("sales").get(book).json()["addresses"]

    assert f'<option value="" selected data-text="{text}">' in page
    assert f'<option value="{other.pk}"' in page
    assert '<option value="same" selected>' in page  # no default for invoices
    assert [(each["id"], each["default_for"]) for each in told] == [(str(entry.pk), ["shipping"]), (str(other.pk), [])]
    for stranger in ("warehouse", "finance"):
        assert staff(stranger).get(book).status_code == 403


def test_each_address_is_the_default_another_of_the_book_the_same_or_none(staff: Callable[[str], Client]) -> None:
    entry = CustomerAddressFactory(defaults={"shipping": True})
    office = CustomerAddressFactory(customer_id=entry.customer_id, address=OFFICE)
    browser, home, away = staff("sales"), HOME.as_json(), OFFICE.as_json()
    ProductFactory(sku="TEA", stock_quantity=50)

    for shipping, billing, expected in (
        ("", "", (home, None)),
        ("", "same", (home, home)),
        (office.pk, "same", (away, away)),
        ("none", office.pk, (None, away)),
        ("none", "same", (None, None)),
    ):
        form = {"idempotency_key": str(uuid.uuid4()), "items_sku": "TEA", "items_quantity": "2"}
        chosen = {"shipping_address_to": shipping, "billing_address_to": billing, "customer_id": entry.customer_id}
        assert browser.post(PLACE, {**form, **chosen}).status_code == 302
        order = Order.objects.latest("pk")
        assert (order.shipping_address, order.billing_address) == expected, (shipping, billing)


def test_a_typed_address_is_kept_for_a_new_customer_if_asked_for(staff: Callable[[str], Client]) -> None:
    to = {**typed("shipping"), "shipping_address_keep": "on", "billing_address_to": "same"}

    assert called(staff("sales"), email="grace@example.com", **to).status_code == 302

    assert agreed() == (HOME.as_json(), HOME.as_json())
    entry = CustomerAddress.objects.select_related("customer").get()
    assert (entry.address, entry.purposes, entry.customer.email) == (HOME, ("shipping", "billing"), "grace@example.com")


def test_a_typed_address_leaves_the_book_and_its_defaults_alone_otherwise(staff: Callable[[str], Client]) -> None:
    entry = CustomerAddressFactory(address=OFFICE, defaults={"shipping": True, "billing": True})

    called(staff("sales"), customer_id=entry.customer_id, **typed("shipping"), billing_address_to="")

    assert agreed() == (HOME.as_json(), OFFICE.as_json())
    assert CustomerAddress.objects.get() == entry


def test_an_address_that_cannot_be_is_said_at_its_field_and_nothing_is_placed(staff: Callable[[str], Client]) -> None:
    customer, stranger = CustomerFactory(), CustomerAddressFactory()
    browser = staff("sales")
    ProductFactory(sku="TEA", stock_quantity=5)
    form = {"items_sku": "TEA", "items_quantity": "2", "customer_id": customer.pk}

    for fault in (
        {**typed("shipping", city=""), "shipping_address_keep": "on"},
        typed("shipping", country="Atlantis"),
        {"shipping_address_to": "typed"},
        {"shipping_address_to": stranger.pk},
        {"shipping_address_to": "whatever"},
    ):
        response = browser.post(PLACE, {"idempotency_key": str(uuid.uuid4()), **form, **fault})
        assert list(response.context["form"].errors) == ["shipping_address"], fault
    assert not Order.objects.exists() and CustomerAddress.objects.get() == stranger


def test_who_may_not_change_customers_keeps_no_address_and_places_nothing(client: Client) -> None:
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=["place_order", "view_order"]))
    client.force_login(clerk)
    to = {**typed("shipping"), "shipping_address_keep": "on"}

    assert "shipping_address_keep" not in client.get(PLACE).content.decode()
    assert called(client, customer_id=CustomerFactory().pk, **to).status_code == 403
    assert not Order.objects.exists() and not CustomerAddress.objects.exists()


def test_who_may_not_see_customers_sees_no_addresses_and_still_has_the_defaults_copied(client: Client) -> None:
    entry = CustomerAddressFactory(defaults={"shipping": True})
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=["place_order", "view_order"]))
    client.force_login(clerk)

    page = client.get(PLACE, {"customer": entry.customer_id}).content.decode()
    called(client, customer_id=entry.customer_id, shipping_address_to="", billing_address_to="same")

    assert escape(HOME.line1) not in page
    assert client.get(reverse("admin:orders_order_address_book", args=[entry.customer_id])).status_code == 403
    assert agreed() == (HOME.as_json(), HOME.as_json())


def test_the_preview_names_the_addresses(staff: Callable[[str], Client]) -> None:
    to = {**typed("shipping"), "billing_address_to": "same"}

    preview = dict(called(staff("sales"), email="grace@example.com", _preview="", **to).context["preview"])

    assert preview["Shipping address"] == preview["Billing address"] == in_one_line(HOME.as_json())
    assert not Order.objects.exists()
