"""Customers for tests, made by the service."""

from typing import Any

import factory

from common.actors import Actor
from customers.models import Customer
from customers.services import create_customer


class CustomerFactory(factory.django.DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    email = factory.Sequence(lambda n: f"customer{n}@example.com")
    first_name = "Ada"
    last_name = "Lovelace"

    @classmethod
    def _create(cls, model_class: type[Customer], *args: Any, **kwargs: Any) -> Customer:
        return create_customer(actor=Actor.command("test"), **kwargs)
