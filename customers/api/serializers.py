"""Customers as they go in and out of the API."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from common.api.bulk import items_of
from common.api.fields import MOST_ID, InputSerializer, StrictCharField, StrictIntegerField
from customers.models import Customer

ADA: Mapping[str, Any] = {
    "email": "ada@example.com",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "phone": "+44 20 7946 0000",
}


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    """Who buys. `merged_into_id` is who goes on, where this one is the same person."""

    example: ClassVar = {
        "id": 3,
        **ADA,
        "group_id": 2,
        "merged_into_id": None,
        "version": 1,
        "created_at": "2026-01-31T12:00:00Z",
        "updated_at": "2026-01-31T12:00:00Z",
    }

    group_id = serializers.IntegerField(read_only=True, allow_null=True)
    merged_into_id = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Customer
        fields: ClassVar = Customer.SHOWN


class StrictEmailField(StrictCharField, serializers.EmailField):
    """An e-mail address, given as text."""


class CustomerChange(InputSerializer):
    """What is to be different."""

    example: Mapping[str, Any] = {"phone": "+44 20 7946 0001"}

    email = StrictEmailField(required=False)
    first_name = StrictCharField(required=False, allow_blank=True)
    last_name = StrictCharField(required=False, allow_blank=True)
    phone = StrictCharField(required=False, allow_blank=True)
    group_id = StrictIntegerField(required=False, allow_null=True, min_value=1, max_value=MOST_ID)


class NewCustomer(CustomerChange):
    """A customer to be created."""

    example = ADA

    email = StrictEmailField()
    first_name = StrictCharField(allow_blank=True)
    last_name = StrictCharField(allow_blank=True)


class KnownCustomer(CustomerChange):
    """A customer to be created, or changed where the e-mail address is known."""

    example = ADA

    email = StrictEmailField()


class KnownCustomers(InputSerializer):
    example: ClassVar = {"items": [ADA]}

    items = items_of(KnownCustomer)
