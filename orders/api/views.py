"""The addresses under /api/v1/orders/."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import conditional
from common.api.bulk import Item, by_id
from common.api.pagination import VersionPagination
from common.api.views import ViewSet
from common.idempotency import Answer
from customers.models import Customer
from events.models import Event
from orders import services
from orders.api.filters import OrderFilter
from orders.api.serializers import (
    BULK_ACTS,
    ActInput,
    BulkAct,
    Cancellation,
    ExpandedOrderSerializer,
    ItemsChange,
    NewOrder,
    NoteInput,
    OrderSerializer,
)
from orders.models import AGGREGATE, Order


class OrderViewSet(ViewSet):
    queryset = Order.objects.with_lines()
    serializer_class = OrderSerializer
    filterset_class = OrderFilter
    subject = AGGREGATE
    list_actions = frozenset({"list", "events"})
    permissions: ClassVar = {
        "list": "orders.view_order",
        "retrieve": "orders.view_order",
        "create": "orders.place_order",
        "change_items": "orders.edit_items",
        "confirm": "orders.confirm_order",
        "ship": "orders.ship_order",
        "deliver": "orders.deliver_order",
        "cancel": "orders.cancel_order",
        "notes": "orders.add_note",
        "events": "orders.view_order",
        "bulk": "orders.view_order",
    }
    parameters: ClassVar = {"list": frozenset({"expand"}), "retrieve": frozenset({"expand"})}

    def get_queryset(self) -> QuerySet[Order]:
        orders: QuerySet[Order] = super().get_queryset()
        return orders.select_related("customer") if self.expands_customer else orders

    def get_serializer_class(self) -> type[OrderSerializer]:
        return ExpandedOrderSerializer if self.expands_customer else OrderSerializer

    def etag(self, record: Order) -> str:
        return conditional.etag(record.version, record.customer.version if self.expands_customer else None)

    @property
    def expands_customer(self) -> bool:
        """Whether `?expand=customer` asks for the whole customer instead of the id alone."""
        expand = self.request.query_params.get("expand")
        if expand is None:
            return False
        if expand != "customer":
            raise ValidationError({"expand": ["Only `customer` can be expanded."]})
        self.require("customers.view_customer")
        return True

    def create(self, request: Request) -> HttpResponse:
        fields = self.read(NewOrder)
        lines = fields.pop("items")
        return self.perform(lambda: services.place_order(lines=lines, actor=self.actor, **fields), status=201)

    @action(detail=True, methods=["put"], url_path="items")
    def change_items(self, request: Request, pk: str) -> HttpResponse:
        fields = self.read(ItemsChange)
        return self._act(pk, services.edit_items, lines=fields.pop("items"), **fields)

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> HttpResponse:
        return self._act(pk, services.confirm_order, **self.read(ActInput))

    @action(detail=True, methods=["post"])
    def ship(self, request: Request, pk: str) -> HttpResponse:
        return self._act(pk, services.ship_order, **self.read(ActInput))

    @action(detail=True, methods=["post"])
    def deliver(self, request: Request, pk: str) -> HttpResponse:
        return self._act(pk, services.deliver_order, **self.read(ActInput))

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> HttpResponse:
        return self._act(pk, services.cancel_order, **self.read(Cancellation))

    @action(detail=True, methods=["post"])
    def notes(self, request: Request, pk: str) -> HttpResponse:
        fields = self.read(NoteInput)
        return self._act(pk, services.add_note, status=201, render=newest_event, **fields)

    @action(detail=True, pagination_class=VersionPagination, filterset_class=None, default_ordering="version")
    def events(self, request: Request, pk: str) -> Response:
        """The order's whole story, oldest first."""
        order = get_object_or_404(Order.objects.only("pk"), pk=pk)
        page = self.paginate_queryset(story(order))
        assert page is not None and self.paginator is not None
        return self.paginator.get_paginated_response([event.as_json() for event in page])

    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> HttpResponse:
        """One act on many orders, each by itself."""
        fields = self.read(BulkAct)
        name, ids = fields.pop("action"), fields.pop("ids")
        self.require(self.permissions[name])
        service = BULK_ACTS[name]

        def act_on(order_id: int) -> Answer:
            return self.answer(service(order_id, actor=self.actor, **fields), 200, self.render)

        body = {"action": name, **fields}
        return self.perform_each((Item(pk, body, partial(act_on, pk)) for pk in ids), by_id("order"))

    def _act(
        self,
        pk: str,
        service: Callable[..., Order],
        *,
        status: int = 200,
        render: Callable[[Order], Mapping[str, Any]] | None = None,
        **fields: Any,
    ) -> HttpResponse:
        return self.perform(
            lambda: service(int(pk), actor=self.actor, expected_version=self.expected_version, **fields),
            status=status,
            render=render,
        )


class CustomerOrdersViewSet(OrderViewSet):
    """The orders of one customer."""

    def get_queryset(self) -> QuerySet[Order]:
        customer = get_object_or_404(Customer.objects.only("pk"), pk=self.kwargs["customer_pk"])
        return super().get_queryset().filter(customer=customer)

    def list(self, request: Request, customer_pk: str) -> Response:  # type: ignore[override]  # one more key
        return super().list(request)


def story(order: Order) -> QuerySet[Event]:
    return Event.objects.filter(aggregatetype=AGGREGATE, aggregateid=order.pk)


def newest_event(order: Order) -> Mapping[str, Any]:
    return story(order).get(version=order.version).as_json()
