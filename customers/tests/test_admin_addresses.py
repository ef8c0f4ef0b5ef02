"""An address in the back-office that a colleague changed while one had it open."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import CustomerAddress
from customers.services import add_address, change_address
from customers.tests.factories import CustomerAddressFactory

pytestmark = pytest.mark.django_db


def sent(entry: CustomerAddress, **parts: str) -> dict[str, Any]:
    """The page of an address as a browser sends it."""
    address = {f"address_{part}": text for part, text in {**entry.address.as_json(), **parts}.items()}
    return {"idempotency_key": str(uuid.uuid4()), "version": entry.version, **address}


def test_what_a_colleague_changed_is_taken_over_unless_one_typed_there_too(
    staff: Callable[[str], Client], actor: Any
) -> None:
    entry = CustomerAddressFactory()
    browser, page = staff("manager"), reverse("admin:customers_customeraddress_edit", args=[entry.pk])
    change_address(entry.customer_id, entry.pk, actor=actor, fields={"line1": "1 New Street"})

    untouched = browser.post(page, sent(entry))
    typed = browser.post(page, sent(entry, city="Leeds"))

    assert untouched.context["form"].data["address_line1"] == "1 New Street"
    assert untouched.context["form"].data["version"] == str(entry.version + 1)
    assert (typed.context["form"].data["address_city"], typed.context["form"].data["address_line1"]) == (
        "Leeds", entry.line1,
    )  # fmt: skip
    assert CustomerAddress.objects.get(pk=entry.pk).line1 == "1 New Street"


def test_another_address_of_the_customer_is_not_taken_for_this_one(staff: Callable[[str], Client], actor: Any) -> None:
    entry = CustomerAddressFactory()
    page = reverse("admin:customers_customeraddress_edit", args=[entry.pk])
    other = add_address(entry.customer_id, actor=actor, address=entry.address, defaults={"shipping": True})
    change_address(entry.customer_id, other.pk, actor=actor, fields={"line1": "1 New Street"})

    refused = staff("manager").post(page, sent(entry))

    assert refused.context["form"].data["address_line1"] == entry.line1
    assert "Default for shipping: <ins>not this address</ins>" in refused.content.decode()
