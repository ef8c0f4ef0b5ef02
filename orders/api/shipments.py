"""The addresses under /api/v1/orders/{id}/shipments/."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from orders import services
from orders.api.inputs import ActInput, Dispatch, NewShipment
from orders.api.records import RecordsViewSet
from orders.api.serializers import ShipmentSerializer
from orders.models import Order, Shipment
from orders.services.parcels import parcel_of


class ShipmentViewSet(RecordsViewSet):
    queryset = Shipment.objects.all()
    serializer_class = ShipmentSerializer
    inputs: ClassVar = {"prepare": NewShipment, "dispatch_one": Dispatch, "deliver": ActInput, "void": ActInput}
    statuses: ClassVar = {"prepare": (201,)}
    permissions: ClassVar = {
        "list": "orders.view_order",
        "prepare": "orders.ship_order",
        "dispatch_one": "orders.ship_order",
        "deliver": "orders.deliver_order",
        "void": "orders.ship_order",
    }

    def get_queryset(self) -> QuerySet[Shipment]:
        """What can be done with a shipment depends on its order."""
        shipments: Any = super().get_queryset()
        whole: QuerySet[Shipment] = shipments.with_contents().prefetch_related(
            Prefetch("order", Order.objects.with_lines())
        )
        return whole

    def list(self, request: Request, order_id: str) -> Response:  # type: ignore[override]  # one more key
        """The shipments of an order, page by page, as they were prepared.

        An order shows them all, too.
        """
        return super().list(request)

    def prepare(self, request: Request, order_id: str) -> HttpResponse:
        """Prepare a shipment of an order that is CONFIRMED: pack units that are in none yet.

        It counts as shipped when it is dispatched. A unit is in one shipment at most.
        """
        return self.act(services.prepare_shipment, order_id, shows=lambda order: order.parcels[-1], **self.read())

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
        def shows(order: Order) -> Shipment:
            return parcel_of(order, int(shipment_id))

        return self.act(service, order_id, int(shipment_id), shows=shows, **self.read())
