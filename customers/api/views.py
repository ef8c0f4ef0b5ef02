"""The addresses under /api/v1/customers/."""

from functools import partial
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request

from common.api.bulk import Item, ItemsInput, by_index
from common.api.views import ViewSet, checked
from common.idempotency import Answer
from customers import services
from customers.api.filters import CustomerFilter
from customers.api.serializers import CustomerChange, CustomerSerializer, KnownCustomer, NewCustomer
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
        "bulk": "customers.add_customer",
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

    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> HttpResponse:
        """Create or change customers, known by their e-mail address."""
        self.require("customers.change_customer")
        bodies = self.read(ItemsInput)["items"]
        return self.perform_each((Item(n, body, partial(self._put, body)) for n, body in enumerate(bodies)), by_index)

    def _put(self, body: Any) -> Answer:
        customer = services.put_customer(actor=self.actor, **checked(KnownCustomer, body))
        return self.answer(customer, 200, self.render)
