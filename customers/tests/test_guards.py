"""What the database refuses of customers, whoever asks."""

import pytest

from common.tests.attacks import refusal
from customers.tests.factories import CustomerAddressFactory, CustomerFactory

pytestmark = pytest.mark.django_db

NEW = "INSERT INTO customers (email, first_name, last_name, phone, version) VALUES ('{}', '', '', '', {})"
SECOND = (
    "INSERT INTO customer_addresses (customer_id, name, company, line1, line2, postal_code, city, region, country,"
    " phone, is_default_shipping, is_default_billing)"
    " SELECT customer_id, name, '', line1, '', '', city, '', country, '', {} FROM customer_addresses"
)
ATTACKS = {
    "a second default for shipping": (SECOND.format("true, false"), "customer_addresses_one_shipping"),
    "a second default for billing": (SECOND.format("false, true"), "customer_addresses_one_billing"),
    "an address without a name": ("UPDATE customer_addresses SET name = ''", "customer_addresses_complete"),
    "an address without a line": ("UPDATE customer_addresses SET line1 = ''", "customer_addresses_complete"),
    "an address without a city": ("UPDATE customer_addresses SET city = ''", "customer_addresses_complete"),
    "a country in small letters": ("UPDATE customer_addresses SET country = 'gb'", "customer_addresses_country_code"),
    "no country": ("UPDATE customer_addresses SET country = ''", "customer_addresses_country_code"),
    "a customer with addresses deleted": ("DELETE FROM customers", "23503"),
    "the same e-mail": (NEW.format("ada@example.com", 1), "customers_email_unique"),
    "the same e-mail in capitals": (NEW.format("ADA@Example.COM", 1), "customers_email_unique"),
    "no e-mail": (NEW.format("", 1), "customers_email_present"),
    "version zero": (NEW.format("new@example.com", 0), "customers_version_positive"),
    "version below zero": ("UPDATE customers SET version = -1", "customers_version_positive"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_refuses(name: str) -> None:
    statements, constraint = ATTACKS[name]
    ada = CustomerFactory(email="Ada@example.com")
    CustomerAddressFactory(customer_id=ada.pk, defaults={"shipping": True, "billing": True})

    assert refusal(statements) == constraint
