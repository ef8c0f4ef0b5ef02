"""The addresses under /api/v1/customer-groups/."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from common.api.fields import InputSerializer, StrictCharField
from common.api.views import ViewSet
from customers import services
from customers.models import GROUP_AGGREGATE, CustomerGroup

WHOLESALE: Mapping[str, Any] = {"name": "Wholesale", "description": "Those who buy to sell"}


class GroupSerializer(serializers.ModelSerializer[CustomerGroup]):
    """Customers that belong together for the business; which ones says the list of customers, by `group_id`."""

    example: ClassVar = {
        "id": 2,
        **WHOLESALE,
        "version": 1,
        "created_at": "2026-01-31T12:00:00Z",
        "updated_at": "2026-01-31T12:00:00Z",
    }

    class Meta:
        model = CustomerGroup
        fields: ClassVar = CustomerGroup.SHOWN


class GroupChange(InputSerializer):
    """What is to be different of a group."""

    example: Mapping[str, Any] = {"name": "Trade"}

    name = StrictCharField(required=False)
    description = StrictCharField(required=False, allow_blank=True)


class NewGroup(GroupChange):
    """A group to be created; its name is unique, whatever its case."""

    example = WHOLESALE

    name = StrictCharField()


class GroupViewSet(ViewSet):
    queryset = CustomerGroup.objects.all()
    serializer_class = GroupSerializer
    subject = GROUP_AGGREGATE
    inputs: ClassVar = {"create": NewGroup, "partial_update": GroupChange, "destroy": InputSerializer}
    permissions: ClassVar = {
        "list": "customers.view_customergroup",
        "retrieve": "customers.view_customergroup",
        "create": "customers.add_customergroup",
        "partial_update": "customers.change_customergroup",
        "destroy": "customers.delete_customergroup",
    }

    def create(self, request: Request) -> HttpResponse:
        """Create a customer group.

        Its name is unique, whatever its case: one that is taken is a 409 `duplicate`.
        """
        fields = self.read()
        return self.perform(lambda: services.create_group(actor=self.actor, **fields))

    def partial_update(self, request: Request, pk: str) -> HttpResponse:
        """Change a customer group.

        Only what is given is changed. Where nothing would be, the version stays as it is.
        """
        return self._do(services.change_group, pk)

    def destroy(self, request: Request, pk: str) -> HttpResponse:
        """Remove a customer group that no customer is in.

        Answers with the group as it was; with customers in it, it is a 409 `group_in_use`.
        """
        return self._do(services.delete_group, pk)

    def _do(self, service: Any, pk: str) -> HttpResponse:
        fields = self.read()
        return self.perform(
            lambda: service(int(pk), actor=self.actor, expected_version=self.expected_version, **fields)
        )
