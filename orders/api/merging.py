"""Merging customers: /api/v1/customers/{id}/merge/. It stands here because their orders are moved."""

from typing import ClassVar

from django.http import HttpResponse
from rest_framework.request import Request

from common.api.fields import MOST_ID, InputSerializer, StrictIntegerField
from common.api.views import ViewSet
from customers.models import AGGREGATE, Customer
from orders.api.serializers import OrderedBySerializer
from orders.services import merge_customers


class Merge(InputSerializer):
    """Who goes on."""

    example: ClassVar = {"into": 3}

    into = StrictIntegerField(min_value=1, max_value=MOST_ID)


class MergedCustomersViewSet(ViewSet):
    queryset = Customer.objects.all()
    serializer_class = OrderedBySerializer
    subject = AGGREGATE
    inputs: ClassVar = {"merge": Merge}
    permissions: ClassVar = {"merge": "customers.merge_customer"}

    def merge(self, request: Request, pk: str) -> HttpResponse:
        """Merge a customer into another, because both are the same person.

        Answers with the one who goes on, and has the orders and addresses of both then, each of the addresses of the
        first no default. The first stays as an alias: its `merged_into_id` says who goes on, its e-mail finds them, an
        order that is placed for it is theirs, and any other change of it is a 409 `customer_merged`. Nor can one who
        was anonymised be merged (409 `customer_anonymised`), or one with more than 5,000 orders (409
        `too_many_orders`): merge the other one into it. If-Match is compared with the customer in the address.
        """
        fields = self.read()
        return self.perform(
            lambda: merge_customers(int(pk), actor=self.actor, expected_version=self.expected_version, **fields)
        )
