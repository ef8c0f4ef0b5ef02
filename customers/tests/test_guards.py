"""What the database refuses of customers, whoever asks."""

import pytest

from common.tests.attacks import refusal
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

NEW = "INSERT INTO customers (email, first_name, last_name, phone, version) VALUES ('{}', '', '', '', {})"
ATTACKS = {
    "the same e-mail": (NEW.format("ada@example.com", 1), "customers_email_unique"),
    "the same e-mail in capitals": (NEW.format("ADA@Example.COM", 1), "customers_email_unique"),
    "no e-mail": (NEW.format("", 1), "customers_email_present"),
    "version zero": (NEW.format("new@example.com", 0), "customers_version_positive"),
    "version below zero": ("UPDATE customers SET version = -1", "customers_version_positive"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_refuses(name: str) -> None:
    statements, constraint = ATTACKS[name]
    CustomerFactory(email="Ada@example.com")

    assert refusal(statements) == constraint
