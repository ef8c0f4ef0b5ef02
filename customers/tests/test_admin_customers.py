"""Customers in the back-office."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import Customer
from customers.services import change_customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(staff: Callable[[str], Client]) -> Client:
    return staff("manager")


def url(act: str, customer: Customer | None = None) -> str:
    return reverse(f"admin:customers_customer_{act}", args=[customer.pk] if customer else [])


def sent(customer: Customer | None = None, **fields: Any) -> dict[str, Any]:
    unseen = {"idempotency_key": str(uuid.uuid4()), **({"version": customer.version} if customer else {})}
    return {**unseen, **fields}


def test_those_whom_a_search_fits_are_gathered_and_sorted(manager: Client) -> None:
    """Along the newest first, a search that fits old customers alone would look at the words of everybody."""
    ada, _, adam = (CustomerFactory(first_name=name).pk for name in ("Ada", "Grace", "Adam"))

    with CaptureQueriesContext(connection) as queries:
        page = manager.get(url("changelist"), {"q": "ada"})

    assert [customer.pk for customer in page.context["cl"].result_list] == [adam, ada]
    assert any("ORDER BY COALESCE" in query["sql"] for query in queries)


def test_a_customer_is_added_and_changed(manager: Client) -> None:
    manager.post(url("add"), sent(email="ada@example.com", first_name="Ada"))
    customer = Customer.objects.get()

    manager.post(url("edit", customer), sent(customer, email="ada@example.com", last_name="Lovelace"))

    assert Customer.objects.values_list("first_name", "last_name", "version").get() == ("", "Lovelace", 2)


def test_a_second_customer_with_an_address_is_refused_at_the_field(manager: Client) -> None:
    CustomerFactory(email="ada@example.com")

    response = manager.post(url("add"), sent(email="ADA@example.com"))

    assert response.context["form"].errors["email"] == ["Another record has this email."]


@pytest.mark.parametrize("email", ["", "x", "a@b", "\0@example.com", "x" * 300 + "@example.com"])
def test_an_address_that_is_none_is_told(email: str, manager: Client) -> None:
    response = manager.post(url("add"), sent(email=email))

    assert "email" in response.context["form"].errors and not Customer.objects.exists()


def test_a_stale_form_is_refused_and_keeps_the_input(manager: Client, actor: Any) -> None:
    customer = CustomerFactory(email="ada@example.com", first_name="Ada", last_name="")
    change_customer(customer.pk, actor=actor, phone="123")

    form = sent(customer, email="ada@example.com", first_name="Augusta", phone="")
    response = manager.post(url("edit", customer), form)

    shown = response.context["form"]
    assert (shown["first_name"].value(), shown["phone"].value()) == ("Augusta", "123")
    assert Customer.objects.get().first_name == "Ada"


def test_the_timeline_tells_each_field_with_its_old_and_new_value(manager: Client, actor: Any) -> None:
    customer = CustomerFactory(phone="1", last_name="Byron")
    change_customer(customer.pk, actor=actor, phone="2", last_name="Lovelace")

    newest = manager.get(url("change", customer)).context["story"][0]

    assert newest.fields == {"phone": ("1", "2"), "last_name": ("Byron", "Lovelace")}


def test_anonymising_asks_to_be_certain_and_forgets_the_person(manager: Client) -> None:
    customer = CustomerFactory(email="ada@example.com")

    assert manager.post(url("anonymise", customer), sent(customer)).context["form"].errors["certain"]
    assert manager.post(url("anonymise", customer), sent(customer, certain="on")).status_code == 302

    assert Customer.objects.get().email.endswith(".invalid")
    assert "ada@example.com" not in manager.get(url("change", customer)).content.decode()
