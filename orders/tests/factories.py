"""Orders for tests, placed and moved on by the services."""

from typing import Any

import factory

from common.actors import Actor
from customers.tests.factories import CustomerFactory
from orders import services
from orders.models import Hold, Order, Payment
from products.tests.factories import ProductFactory

ACTOR = Actor.command("test")


class OrderFactory(factory.django.DjangoModelFactory[Order]):
    """An order of one product, two units. `status` is reached through the acts that lead to it."""

    class Meta:
        model = Order

    status = Order.Status.PENDING

    @classmethod
    def _create(cls, model_class: type[Order], *args: Any, **kwargs: Any) -> Order:
        status = kwargs.pop("status")
        if "customer_id" not in kwargs:
            kwargs["customer_id"] = CustomerFactory().pk
        if "lines" not in kwargs:
            kwargs["lines"] = [services.Line(quantity=2, product_id=ProductFactory().pk)]
        order = services.place_order(actor=ACTOR, **kwargs)
        return move_to(order, status)


class HoldFactory(factory.django.DjangoModelFactory[Hold]):
    """A hold of an order that is PENDING or CONFIRMED; without one, of an order of its own."""

    class Meta:
        model = Hold

    @classmethod
    def _create(cls, model_class: type[Hold], *args: Any, **kwargs: Any) -> Hold:
        order_id = kwargs.pop("order_id", None) or OrderFactory().pk
        fields = {"kind": Hold.Kind.FRAUD_REVIEW, "reason": "test", "actor": ACTOR, **kwargs}
        return services.place_hold(order_id, **fields).active_holds[-1]


class PaymentFactory(factory.django.DjangoModelFactory[Payment]):
    """A payment of one unit of the currency for an order; without one, for an order of its own."""

    class Meta:
        model = Payment

    @classmethod
    def _create(cls, model_class: type[Payment], *args: Any, **kwargs: Any) -> Payment:
        order_id = kwargs.pop("order_id", None) or OrderFactory().pk
        fields = {"method": Payment.Method.CARD, "amount_cents": 100, "actor": ACTOR, **kwargs}
        return services.record_payment(order_id, **fields).payments.latest("pk")


def move_to(order: Order, status: str) -> Order:
    """Lead a PENDING order to a status by the shortest way."""
    if status == Order.Status.CANCELLED:
        return services.cancel_order(order.pk, actor=ACTOR, reason="test")
    path = [services.confirm_order, services.ship_order, services.deliver_order]
    steps = [Order.Status.PENDING, Order.Status.CONFIRMED, Order.Status.SHIPPED, Order.Status.DELIVERED]
    for act in path[: steps.index(Order.Status(status))]:
        order = act(order.pk, actor=ACTOR)
    return order


def order_in(state: str, **kwargs: Any) -> Order:
    """An order in a status; `prepared` or `dispatched` is a CONFIRMED one with such a shipment of one of its units,
    `returned` a SHIPPED one all of whose units are to come back."""
    if state == "returned":
        shipped = OrderFactory(status=Order.Status.SHIPPED, **kwargs)
        return services.request_return(shipped.pk, reason="test", actor=ACTOR)
    if state not in ("prepared", "dispatched"):
        return OrderFactory(status=state, **kwargs)
    order: Order = OrderFactory(status=Order.Status.CONFIRMED, **kwargs)
    order = services.prepare_shipment(order.pk, lines=[services.ItemUnits(order.lines[0].pk, 1)], actor=ACTOR)
    if state == "prepared":
        return order
    return services.dispatch_shipment(order.pk, order.parcels[0].pk, actor=ACTOR)
