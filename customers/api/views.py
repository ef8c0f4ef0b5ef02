"""The addresses under /api/v1/customers/."""

from functools import partial
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request

from common.api.bulk import IndexedResults, Item, by_index
from common.api.views import ViewSet, checked
from common.idempotency import Answer
from customers import services
from customers.api.filters import CustomerFilter
from customers.api.serializers import CustomerChange, CustomerSerializer, KnownCustomer, KnownCustomers, NewCustomer
from customers.models import AGGREGATE, Customer


class CustomerViewSet(ViewSet):
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter
    subject = AGGREGATE
    inputs: ClassVar = {
        "create": NewCustomer,
        "partial_update": CustomerChange,
        "bulk": KnownCustomers,
    }
    outputs: ClassVar = {"bulk": IndexedResults}
    permissions: ClassVar = {
        "list": "customers.view_customer",
        "retrieve": "customers.view_customer",
        "create": "customers.add_customer",
        "partial_update": "customers.change_customer",
        "bulk": "customers.add_customer",
    }

    def create(self, request: Request) -> HttpResponse:
        """Create a customer.

        The e-mail address is unique, whatever its case: one that is taken is a 409 `duplicate`.
        """
        fields = self.read()
        return self.perform(lambda: services.create_customer(actor=self.actor, **fields))

    def partial_update(self, request: Request, pk: str) -> HttpResponse:
        """Change a customer.

        Only what is given is changed. Where nothing would be, the version stays as it is.
        """
        fields = self.read()
        return self.perform(
            lambda: services.change_customer(
                int(pk), actor=self.actor, expected_version=self.expected_version, **fields
            )
        )

    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> HttpResponse:
        """Create or change customers, known by their e-mail address.

        Each item is done or refused by itself. Under an Idempotency-Key, a repeat of the request does what is missing
        and answers the rest as before. Also needs `customers.change_customer`.
        """
        self.require("customers.change_customer")
        bodies = self.read()["items"]
        return self.perform_each((Item(n, body, partial(self._put, body)) for n, body in enumerate(bodies)), by_index)

    def _put(self, body: Any) -> Answer:
        customer = services.put_customer(actor=self.actor, **checked(KnownCustomer, body))
        return self.answer(customer, 200, self.render)
