"""The addresses under /api/v1/orders/{id}/shipments/."""

from collections.abc import Callable
from typing import ClassVar

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import IdPagination
from common.api.views import ViewSet
from orders import services
from orders.api.inputs import ActInput, Dispatch, NewShipment
from orders.api.serializers import ShipmentSerializer
from orders.models import AGGREGATE, Order, Shipment


class ShipmentViewSet(ViewSet):
    """The parcels of one order. They belong to it: an act on one is a change of the order, under its version."""

    queryset = Shipment.objects.all()
    serializer_class = ShipmentSerializer
    pagination_class = IdPagination
    subject = AGGREGATE
    default_ordering = "id"
    inputs: ClassVar = {"prepare": NewShipment, "dispatch_one": Dispatch, "deliver": ActInput, "void": ActInput}
    statuses: ClassVar = {"prepare": (201,)}
    permissions: ClassVar = {
        "list": "orders.view_order",
        "prepare": "orders.ship_order",
        "dispatch_one": "orders.ship_order",
        "deliver": "orders.deliver_order",
        "void": "orders.ship_order",
    }

    def list(self, request: Request, order_id: str) -> Response:  # type: ignore[override]  # one more key
        """The shipments of an order, page by page, as they were prepared.

        An order shows them all, too.
        """
        order = get_object_or_404(Order.objects.only("pk"), pk=order_id)
        with_order = Prefetch("order", Order.objects.with_lines())  # what can be done with one depends on the order
        return self.page_of(Shipment.objects.with_contents().filter(order=order).prefetch_related(with_order))

    def prepare(self, request: Request, order_id: str) -> HttpResponse:
        """Prepare a shipment of an order that is CONFIRMED: pack units that are in none yet.

        It counts as shipped when it is dispatched. A unit is in one shipment at most.
        """
        fields = self.read()
        return self.perform(
            lambda: services.prepare_shipment(
                int(order_id), actor=self.actor, expected_version=self.expected_version, **fields
            ),
            render=lambda order: self.render(order.parcels[-1]),
        )

    def dispatch_one(self, request: Request, order_id: str, shipment_id: str) -> HttpResponse:
        """Dispatch a shipment that is prepared.

        Its units have left; with the last open one, the order is SHIPPED.
        """
        return self._act(order_id, shipment_id, services.dispatch_shipment)

    def deliver(self, request: Request, order_id: str, shipment_id: str) -> HttpResponse:
        """Deliver a shipment that is dispatched.

        With the last one of an order that is SHIPPED, the order is DELIVERED.
        """
        return self._act(order_id, shipment_id, services.deliver_shipment)

    def void(self, request: Request, order_id: str, shipment_id: str) -> HttpResponse:
        """Void a shipment that is prepared; its units are open again."""
        return self._act(order_id, shipment_id, services.void_shipment)

    def _act(self, order_id: str, shipment_id: str, service: Callable[..., Order]) -> HttpResponse:
        fields = self.read()
        return self.perform(
            lambda: service(
                int(order_id), int(shipment_id), actor=self.actor, expected_version=self.expected_version, **fields
            ),
            render=lambda order: self.render(next(each for each in order.parcels if each.pk == int(shipment_id))),
        )
