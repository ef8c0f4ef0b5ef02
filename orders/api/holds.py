"""The holds of an order: /api/v1/orders/{id}/holds/."""

from typing import ClassVar

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from orders import services
from orders.api.inputs import NewHold, Release
from orders.api.records import RecordsViewSet
from orders.api.serializers import HoldSerializer
from orders.models import Hold


class HoldViewSet(RecordsViewSet):
    queryset = Hold.objects.all()
    serializer_class = HoldSerializer
    inputs: ClassVar = {"place": NewHold, "release": Release}
    statuses: ClassVar = {"place": (201,)}
    permissions: ClassVar = {
        "list": "orders.view_order",
        "place": "orders.hold_order",
        "release": "orders.release_hold",
    }

    def list(self, request: Request, order_id: str) -> Response:  # type: ignore[override]  # one more key
        """All that holds an order or ever held it, oldest first."""
        return super().list(request)

    def place(self, request: Request, order_id: str) -> HttpResponse:
        """Put an order on hold that is PENDING or CONFIRMED.

        The acts that the kind names are refused until it is released: 409 `on_hold`. It may still be edited and
        cancelled. Answers with the hold; it counts up the order's version, and the ETag is the order's.
        """
        fields = self.read()
        return self.act(services.place_hold, order_id, shows=lambda order: order.active_holds[-1], **fields)

    def release(self, request: Request, order_id: str, pk: str) -> HttpResponse:
        """Release an order from a hold.

        Answers with the hold; the ETag is the order's.
        """
        fields = self.read()
        return self.act(services.release_hold, order_id, int(pk), shows=lambda order: order.holds.get(pk=pk), **fields)
