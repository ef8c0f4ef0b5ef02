"""The addresses under /api/v1/customers/."""

from typing import ClassVar

from django.http import HttpResponse
from rest_framework.request import Request

from common.api.views import ViewSet
from customers import services
from customers.api.filters import CustomerFilter
from customers.api.serializers import CustomerChange, CustomerSerializer, NewCustomer
from customers.models import AGGREGATE, Customer


class CustomerViewSet(ViewSet):
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter
    subject = AGGREGATE
    permissions: ClassVar = {
        "list": "customers.view_customer",
        "retrieve": "customers.view_customer",
        "create": "customers.add_customer",
        "partial_update": "customers.change_customer",
    }

    def create(self, request: Request) -> HttpResponse:
        fields = self.read(NewCustomer)
        return self.perform(lambda: services.create_customer(actor=self.actor, **fields), status=201)

    def partial_update(self, request: Request, pk: str) -> HttpResponse:
        fields = self.read(CustomerChange)
        return self.perform(
            lambda: services.change_customer(
                int(pk), actor=self.actor, expected_version=self.expected_version, **fields
            )
        )
