"""The addresses under /api/v1/customers/{id}/addresses/."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.addresses import FIELDS, Address
from common.api.addresses import HOME, AddressChange, AddressInput, AddressSerializer
from common.api.fields import InputSerializer, StrictBooleanField
from common.api.views import ViewSet
from customers import services
from customers.models import AGGREGATE, Customer, CustomerAddress

PURPOSES = CustomerAddress.PURPOSES


class EntryChange(AddressChange):
    """What is to be different. A new default takes the place of the one there is."""

    example: ClassVar = {"line2": "Second floor", "is_default_shipping": True}

    is_default_shipping = StrictBooleanField(required=False)
    is_default_billing = StrictBooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"fields": {name: attrs[name] for name in FIELDS if name in attrs}, "defaults": _defaults(attrs)}


class NewEntry(AddressInput):
    """An address to be added. That there is a name, a line, a city and a country is all that is looked at."""

    example: ClassVar = {**HOME, "is_default_shipping": True}

    is_default_shipping = StrictBooleanField(required=False)
    is_default_billing = StrictBooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:  # type: ignore[override]  # and whether a default
        address = Address(**{name: attrs[name] for name in FIELDS if name in attrs})
        return {"address": address, "defaults": _defaults(attrs)}


class EntrySerializer(AddressSerializer):
    """An address of a customer's book. An order has a copy of its own, which later changes here leave as it is."""

    example: ClassVar = {
        "id": 11,
        "customer_id": 3,
        **HOME,
        "is_default_shipping": True,
        "is_default_billing": False,
        "created_at": "2026-01-31T12:00:00Z",
        "updated_at": "2026-01-31T12:00:00Z",
    }

    class Meta:
        ref_name = "CustomerAddress"
        model = CustomerAddress

    id = serializers.IntegerField()
    customer_id = serializers.IntegerField()
    is_default_shipping = serializers.BooleanField()
    is_default_billing = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class AddressViewSet(ViewSet):
    """The address book of one customer, whose version is the ETag of every entry."""

    queryset = CustomerAddress.objects.select_related("customer")
    serializer_class = EntrySerializer
    subject = AGGREGATE
    inputs: ClassVar = {"create": NewEntry, "partial_update": EntryChange, "destroy": InputSerializer}
    permissions: ClassVar = {
        "list": "customers.view_customer",
        "retrieve": "customers.view_customer",
        "create": "customers.change_customer",
        "partial_update": "customers.change_customer",
        "destroy": "customers.change_customer",
    }

    def get_queryset(self) -> QuerySet[CustomerAddress]:
        customer = get_object_or_404(Customer.objects.only("pk"), pk=self.kwargs["customer_id"])
        addresses: QuerySet[CustomerAddress] = super().get_queryset().filter(customer=customer)
        return addresses

    def subject_id(self, record: CustomerAddress) -> int:
        return record.customer_id

    def list(self, request: Request, customer_id: str) -> Response:  # type: ignore[override]  # one more key
        """The addresses of a customer, page by page."""
        return super().list(request)

    def retrieve(self, request: Request, customer_id: str, pk: str) -> HttpResponse:  # type: ignore[override]
        """One address of a customer; its ETag is the customer's."""
        return super().retrieve(request, pk)

    def create(self, request: Request, customer_id: str) -> HttpResponse:
        """Add an address to a customer's book.

        It counts up the customer's version, which If-Match is compared with. An order that is placed without
        addresses gets a copy of the defaults.
        """
        return self._do(services.add_address, customer_id)

    def partial_update(self, request: Request, customer_id: str, pk: str) -> HttpResponse:
        """Change an address of a customer, or make it the default.

        Only what is given is changed. Orders keep the copies they have.
        """
        return self._do(services.change_address, customer_id, pk)

    def destroy(self, request: Request, customer_id: str, pk: str) -> HttpResponse:
        """Remove an address from a customer's book.

        Answers with the address as it was. Orders keep the copies they have.
        """
        return self._do(services.remove_address, customer_id, pk)

    def _do(self, service: Any, *ids: str) -> HttpResponse:
        fields = self.read()
        return self.perform(
            lambda: service(*map(int, ids), actor=self.actor, expected_version=self.expected_version, **fields)
        )


def _defaults(attrs: Mapping[str, Any]) -> dict[str, bool]:
    return {purpose: attrs[f"is_default_{purpose}"] for purpose in PURPOSES if f"is_default_{purpose}" in attrs}
