"""The holds of an order: /api/v1/orders/{id}/holds/."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import IdPagination
from common.api.views import ViewSet
from orders import services
from orders.api.inputs import NewHold, Release
from orders.api.serializers import HoldSerializer
from orders.models import AGGREGATE, Hold, Order


class HoldViewSet(ViewSet):
    queryset = Hold.objects.all()
    serializer_class = HoldSerializer
    pagination_class = IdPagination
    default_ordering = "id"
    subject = AGGREGATE
    inputs: ClassVar = {"place": NewHold, "release": Release}
    statuses: ClassVar = {"place": (201,)}
    permissions: ClassVar = {
        "list": "orders.view_order",
        "place": "orders.hold_order",
        "release": "orders.release_hold",
    }

    def get_queryset(self) -> QuerySet[Hold]:
        order = get_object_or_404(Order.objects.only("pk"), pk=self.kwargs["order_id"])
        holds: QuerySet[Hold] = super().get_queryset().filter(order=order)
        return holds

    def list(self, request: Request, order_id: str) -> Response:  # type: ignore[override]  # one more key
        """All that holds an order or ever held it, oldest first."""
        return super().list(request)

    def place(self, request: Request, order_id: str) -> HttpResponse:
        """Put an order on hold that is PENDING or CONFIRMED.

        The acts that the kind names are refused until it is released: 409 `on_hold`. It may still be edited and
        cancelled. Answers with the hold; it counts up the order's version, and the ETag is the order's.
        """
        fields = self.read()

        def newest(order: Order) -> Mapping[str, Any]:
            return self.render(order.active_holds[-1])

        return self._act(services.place_hold, order_id, render=newest, **fields)

    def release(self, request: Request, order_id: str, pk: str) -> HttpResponse:
        """Release an order from a hold.

        Answers with the hold; the ETag is the order's.
        """
        fields = self.read()

        def this_hold(order: Order) -> Mapping[str, Any]:
            return self.render(order.holds.get(pk=pk))

        return self._act(services.release_hold, order_id, int(pk), render=this_hold, **fields)

    def _act(
        self,
        service: Callable[..., Order],
        order_id: str,
        *ids: int,
        render: Callable[[Order], Mapping[str, Any]],
        **fields: Any,
    ) -> HttpResponse:
        return self.perform(
            lambda: service(int(order_id), *ids, actor=self.actor, expected_version=self.expected_version, **fields),
            render=render,
        )
