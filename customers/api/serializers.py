"""Customers as they go in and out of the API."""

from typing import ClassVar

from rest_framework import serializers

from common.api.fields import InputSerializer, StrictCharField
from customers.models import Customer


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    class Meta:
        model = Customer
        fields: ClassVar = Customer.SHOWN


class StrictEmailField(StrictCharField, serializers.EmailField):
    """An e-mail address, given as text."""


class CustomerChange(InputSerializer):
    email = StrictEmailField(required=False)
    first_name = StrictCharField(required=False, allow_blank=True)
    last_name = StrictCharField(required=False, allow_blank=True)
    phone = StrictCharField(required=False, allow_blank=True)


class NewCustomer(CustomerChange):
    email = StrictEmailField()
    first_name = StrictCharField(allow_blank=True)
    last_name = StrictCharField(allow_blank=True)


class KnownCustomer(CustomerChange):
    """A customer to be created, or changed where the e-mail address is known."""

    email = StrictEmailField()
