"""The addresses under /api/v1/orders/."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from common.api import conditional
from common.api.bulk import Item, by_id
from common.api.pagination import VersionPagination
from common.api.views import ViewSet
from common.idempotency import Answer
from customers.models import Customer
from events.models import Event
from orders import services
from orders.api.filters import OrderFilter
from orders.api.inputs import (
    BULK_ACTS,
    ActInput,
    AddressesChange,
    BulkAct,
    Cancellation,
    Duplication,
    ItemsChange,
    NewOrder,
    NewShipment,
    NoteInput,
    ShortClosing,
)
from orders.api.serializers import EventSerializer, ExpandedOrderSerializer, OrderResults, OrderSerializer
from orders.models import AGGREGATE, Order

EXPAND = {
    "expand": {
        "description": "Brings the whole customer along, as `customer`; an ETag is then that of both.",
        "schema": {"type": "string", "enum": ["customer"]},
    }
}


class OrderViewSet(ViewSet):
    queryset = Order.objects.with_lines()
    serializer_class = OrderSerializer
    filterset_class = OrderFilter
    subject = AGGREGATE
    list_actions = frozenset({"list", "events"})
    located_actions = frozenset({"create", "duplicate"})
    inputs: ClassVar = {
        "create": NewOrder,
        "duplicate": Duplication,
        "change_items": ItemsChange,
        "change_addresses": AddressesChange,
        "confirm": ActInput,
        "ship": NewShipment,
        "short_close": ShortClosing,
        "deliver": ActInput,
        "cancel": Cancellation,
        "notes": NoteInput,
        "bulk": BulkAct,
    }
    outputs: ClassVar = {
        "list": ExpandedOrderSerializer,
        "retrieve": ExpandedOrderSerializer,
        "notes": EventSerializer,
        "bulk": OrderResults,
    }
    statuses: ClassVar = {"create": (201,), "duplicate": (201,), "notes": (201,)}
    permissions: ClassVar = {
        "list": "orders.view_order",
        "retrieve": "orders.view_order",
        "create": "orders.place_order",
        "duplicate": "orders.place_order",
        "change_items": "orders.edit_items",
        "change_addresses": "orders.change_addresses",
        "confirm": "orders.confirm_order",
        "ship": "orders.ship_order",
        "short_close": "orders.short_close_order",
        "deliver": "orders.deliver_order",
        "cancel": "orders.cancel_order",
        "notes": "orders.add_note",
        "events": "orders.view_order",
        "bulk": "orders.view_order",
    }
    parameters: ClassVar = {"list": EXPAND, "retrieve": EXPAND}

    def get_queryset(self) -> QuerySet[Order]:
        orders: QuerySet[Order] = super().get_queryset()
        return orders.select_related("customer") if self.expands_customer else orders

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return ExpandedOrderSerializer if self.expands_customer else super().get_serializer_class()

    def etag(self, record: Order) -> str:
        return conditional.etag(record.version, record.customer.version if self.expands_customer else None)

    def location(self, record: Order) -> str:
        return reverse("order-detail", args=[record.pk])

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
        """Place an order.

        Checks the stock, takes it and writes the order: all lines or none. Prices are those of today. If there is
        not enough, the 409 names every product that is short, and what is available. Send an Idempotency-Key: then
        you may repeat the request until it is answered, and there is one order. The order keeps copies of its
        addresses, those that you leave out of the customer's defaults. An order for a customer who was merged into
        another is the other's.
        """
        fields = self.read()
        lines = fields.pop("items")
        return self.perform(lambda: services.place_order(lines=lines, actor=self.actor, **fields))

    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str) -> HttpResponse:
        """Place an order once more, whatever its status: this is how a mistaken cancellation is undone.

        The new order has the same customer, products, quantities and addresses, at the prices of today, and is
        refused as any other would be. Its `duplicate_of` names the first one, which stays as it is and whose
        version `If-Match` is compared with.
        """
        return self._act(pk, services.duplicate_order, **self.read())

    @action(detail=True, methods=["put"], url_path="items")
    def change_items(self, request: Request, pk: str) -> HttpResponse:
        """Replace the items of an order, while it is PENDING.

        Stock moves by the difference. A product that stays keeps its unit price, one that is added has that of today.
        """
        fields = self.read()
        return self._act(pk, services.edit_items, lines=fields.pop("items"), **fields)

    @action(detail=True, methods=["patch"], url_path="addresses")
    def change_addresses(self, request: Request, pk: str) -> HttpResponse:
        """Change the addresses of an order, until something has left.

        What is named is replaced, and null takes it away. The customer's address book stays as it is.
        """
        return self._act(pk, services.change_addresses, **self.read())

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> HttpResponse:
        """Confirm an order that is PENDING.

        Its items are fixed from here on.
        """
        return self._act(pk, services.confirm_order, **self.read())

    @action(detail=True, methods=["post"])
    def ship(self, request: Request, pk: str) -> HttpResponse:
        """Ship an order that is CONFIRMED, or the units that `lines` name.

        Without lines everything leaves that has not left: what is in no shipment in one of its own, and every
        shipment that is prepared. With the last unit the order is SHIPPED; from the first one on it cannot be
        cancelled.
        """
        return self._act(pk, services.ship_order, **self.read())

    @action(detail=True, methods=["post"], url_path="short-close")
    def short_close(self, request: Request, pk: str) -> HttpResponse:
        """Give up units of a CONFIRMED order that will never come.

        They are available again. Units in a shipment cannot be given up; nor can the last ones of an order of which
        nothing was dispatched: cancel it instead.
        """
        return self._act(pk, services.short_close, **self.read())

    @action(detail=True, methods=["post"])
    def deliver(self, request: Request, pk: str) -> HttpResponse:
        """Deliver an order that is SHIPPED, with all its shipments; nothing follows."""
        return self._act(pk, services.deliver_order, **self.read())

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> HttpResponse:
        """Cancel an order that is PENDING or CONFIRMED.

        Its stock is available again; nothing follows.
        """
        return self._act(pk, services.cancel_order, **self.read())

    @action(detail=True, methods=["post"])
    def notes(self, request: Request, pk: str) -> HttpResponse:
        """Add a note to an order, in any status.

        It is an event of the order, which is what is answered; it counts up the order's version. What the customer
        may read is printed on the order's confirmation.
        """
        fields = self.read()
        return self._act(pk, services.add_note, render=newest_event, **fields)

    @action(
        detail=True,
        pagination_class=VersionPagination,
        serializer_class=EventSerializer,
        filterset_class=None,
        default_ordering="version",
    )
    def events(self, request: Request, pk: str) -> Response:
        """The order's whole story, oldest first.

        One event for each change; there are as many as its version says.
        """
        order = get_object_or_404(Order.objects.only("pk"), pk=pk)
        return self.page_of(story(order))

    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> HttpResponse:
        """Do one act to many orders, each by itself.

        Answers in the order of `ids`. Under an Idempotency-Key, a repeat of the request does what is missing and
        answers the rest as before. Also needs the permission of the act.
        """
        fields = self.read()
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
        render: Callable[[Order], Mapping[str, Any]] | None = None,
        **fields: Any,
    ) -> HttpResponse:
        return self.perform(
            lambda: service(int(pk), actor=self.actor, expected_version=self.expected_version, **fields),
            render=render,
        )


class CustomerOrdersViewSet(OrderViewSet):
    """The orders of one customer."""

    def get_queryset(self) -> QuerySet[Order]:
        customer = get_object_or_404(Customer.objects.only("pk"), pk=self.kwargs["customer_id"])
        return super().get_queryset().filter(customer=customer)

    def list(self, request: Request, customer_id: str) -> Response:  # type: ignore[override]  # one more key
        """The orders of one customer, page by page.

        With the filters of the list of all orders.
        """
        return super().list(request)


def story(order: Order) -> QuerySet[Event]:
    return Event.objects.filter(aggregatetype=AGGREGATE, aggregateid=order.pk)


def newest_event(order: Order) -> Mapping[str, Any]:
    return story(order).get(version=order.version).as_json()
