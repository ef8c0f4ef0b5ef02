"""Customers for tests, made by the service."""

from typing import Any

import factory

from common.actors import Actor
from common.addresses import Address
from customers.models import Customer, CustomerAddress, CustomerGroup
from customers.services import add_address, create_customer, create_group


class CustomerFactory(factory.django.DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    email = factory.Sequence(lambda n: f"customer{n}@example.com")
    first_name = "Ada"
    last_name = "Lovelace"

    @classmethod
    def _create(cls, model_class: type[Customer], *args: Any, **kwargs: Any) -> Customer:
        return create_customer(actor=Actor.command("test"), **kwargs)


HOME = Address(name="Ada Lovelace", line1="12 St James's Square", postal_code="SW1Y 4JH", city="London", country="GB")
OFFICE = Address(name="Ada Lovelace", company="Engines", line1="1 Dorset Street", city="London", country="GB")


class CustomerAddressFactory(factory.django.DjangoModelFactory[CustomerAddress]):
    """An address of a new customer or of the one given, at home unless said otherwise."""

    class Meta:
        model = CustomerAddress

    address = HOME

    @classmethod
    def _create(cls, model_class: type[CustomerAddress], *args: Any, **kwargs: Any) -> CustomerAddress:
        customer_id = kwargs.pop("customer_id", None) or CustomerFactory().pk
        return add_address(customer_id, actor=Actor.command("test"), **kwargs)


class CustomerGroupFactory(factory.django.DjangoModelFactory[CustomerGroup]):
    class Meta:
        model = CustomerGroup

    name = factory.Sequence(lambda n: f"Group {n}")
    description = "Those who buy to sell"

    @classmethod
    def _create(cls, model_class: type[CustomerGroup], *args: Any, **kwargs: Any) -> CustomerGroup:
        return create_group(actor=Actor.command("test"), **kwargs)
