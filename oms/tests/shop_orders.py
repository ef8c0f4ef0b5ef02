"""Everything that can be done with orders, as steps of a state machine beside the plain model of the shop."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from common.errors import DomainError, Duplicate, StaleVersion
from common.transactions import run
from customers.tests.factories import HOME, CustomerFactory
from events.models import Event
from oms.tests.shop_model import HOLDS, NEXT_OF_PARCEL, SKUS, Model, Parcel, Sale, SentBack, Shelf
from orders import services
from orders.errors import (
    AlreadyExchanged,
    InvalidTransition,
    NotEditable,
    NothingToRefund,
    NotOnHold,
    NotVoidable,
    RefundTooLarge,
)
from orders.models import OrderItem
from orders.services import ItemUnits, Line, ReturnUnits
from orders.tests.factories import ACTOR
from products.tests.factories import ProductFactory

baskets = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 4), min_size=1)
parts = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 3), min_size=1, max_size=2)
skus = st.sampled_from(SKUS)
any_order = st.integers(0, 20)
kinds = st.sampled_from(sorted(HOLDS))
cities = st.sampled_from([None, "Bonn", "Lyon"])
# Such as leave something due or go beyond it, and such as are due when a thing of 100 was ordered or two.
amounts = st.sampled_from([1, 50, 100, 200])
rarely = st.sampled_from([False, False, False, True])


class OrdersOfShop(RuleBasedStateMachine):
    """A shop with its model, and every act on an order, with good and bad input."""

    def __init__(self) -> None:
        super().__init__()
        self.before = Event.objects.count()
        self.model = Model()
        self.customer = CustomerFactory()
        self.brought: dict[str, int] = {}  # by SKU: what came onto the shelf, by no order

    @initialize(stocks=st.tuples(*[st.integers(0, 30)] * len(SKUS)))
    def open(self, stocks: tuple[int, ...]) -> None:
        for sku, stock in zip(SKUS, stocks, strict=True):
            product = ProductFactory(sku=f"{sku}-{self.customer.pk}", stock_quantity=stock, price_cents=100)
            self.model.shelves[sku] = Shelf(product.pk, stock, 100)
            self.brought[sku] = stock

    def attempt(self, act: Callable[[], Any], expected: type[DomainError] | None) -> Any:
        """Do it, and see it refused exactly when the model says so."""
        if expected is None:
            return run(act)
        with pytest.raises(expected):
            run(act)
        return None

    def sale(self, number: int) -> Sale:
        return self.model.sales[number % len(self.model.sales)]

    def payments(self) -> list[tuple[Sale, int]]:
        return [(sale, pk) for sale in self.model.sales for pk in sale.payments]

    def payment(self, number: int) -> tuple[Sale, int]:
        payments = self.payments()
        return payments[number % len(payments)]

    def units(self, sale: Sale, part: dict[str, int]) -> list[ItemUnits]:
        items = dict(OrderItem.objects.filter(order=sale.pk).values_list("product_id", "pk"))
        return [ItemUnits(items[self.model.shelves[sku].pk], units) for sku, units in part.items()]

    def lines(self, basket: dict[str, int]) -> list[Line]:
        return [Line(units, self.model.shelves[sku].pk) for sku, units in basket.items()]

    @rule(basket=baskets)
    def place_for_the_customer(self, basket: dict[str, int]) -> None:
        self.place(basket, self.customer.pk)

    def place(self, basket: dict[str, int], customer_id: int) -> None:
        model, expected = self.model, self.model.refusal(basket, {})
        order = self.attempt(
            lambda: services.place_order(customer_id=customer_id, lines=self.lines(basket), actor=ACTOR), expected
        )
        if order is not None:
            agreed = {sku: (units, model.shelves[sku].price) for sku, units in basket.items()}
            city = model.city if customer_id == self.customer.pk else None
            model.sales.append(Sale(order.pk, agreed, city=city))
            for sku, units in basket.items():
                model.move(sku, -units)

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order)
    def duplicate(self, number: int) -> None:
        model, sale = self.model, self.sale(number)
        asked = {sku: units for sku, (units, _) in sale.lines.items()}
        order = self.attempt(lambda: services.duplicate_order(sale.pk, actor=ACTOR), model.refusal(asked, {}))
        if order is not None:
            agreed = {sku: (units, model.shelves[sku].price) for sku, units in asked.items()}
            model.sales.append(Sale(order.pk, agreed, city=sale.city))
            for sku, units in asked.items():
                model.move(sku, -units)

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order, basket=baskets, stale=rarely)
    def edit(self, number: int, basket: dict[str, int], stale: bool) -> None:
        model, sale = self.model, self.sale(number)
        held = {sku: units for sku, (units, _) in sale.lines.items()}
        expected = model.refusal(basket, held) if sale.status == "PENDING" else NotEditable
        order = self.attempt(
            lambda: services.edit_items(
                sale.pk, lines=self.lines(basket), actor=ACTOR, expected_version=sale.version - 1 if stale else None
            ),
            StaleVersion if stale else expected,
        )
        if order is None or basket == held:
            return
        for sku in SKUS:
            model.move(sku, held.get(sku, 0) - basket.get(sku, 0))
        prices = {sku: price for sku, (_, price) in sale.lines.items()}
        sale.lines = {sku: (units, prices.get(sku, model.shelves[sku].price)) for sku, units in basket.items()}
        sale.version += 1

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order)
    def confirm(self, number: int) -> None:
        sale = self.sale(number)
        if self.attempt(lambda: services.confirm_order(sale.pk, actor=ACTOR), sale.refuses("confirm")):
            sale.move("confirm")

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order)
    def ship(self, number: int) -> None:
        sale = self.sale(number)
        order = self.attempt(lambda: services.ship_order(sale.pk, actor=ACTOR), sale.refuses("ship"))
        if order is None:
            return
        for parcel in sale.parcels:
            parcel.status = "dispatched" if parcel.status == "prepared" else parcel.status
        if rest := {sku: sale.waiting(sku) for sku in sale.lines if sale.waiting(sku)}:
            sale.parcels.append(Parcel(order.parcels[-1].pk, rest, "dispatched"))
        sale.settle()

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order, basket=parts, at_once=st.booleans())
    def pack(self, number: int, basket: dict[str, int], at_once: bool) -> None:
        """Prepare a shipment of some units, or ship them at once."""
        sale = self.sale(number)
        part = {sku: units for sku, units in basket.items() if sku in sale.lines}
        if not part:
            return
        expected = sale.refusal_of_units("ship" if at_once else "prepare_shipment", part)
        service = services.ship_order if at_once else services.prepare_shipment
        order = self.attempt(lambda: service(sale.pk, lines=self.units(sale, part), actor=ACTOR), expected)
        if order is not None:
            sale.parcels.append(Parcel(order.parcels[-1].pk, part, "dispatched" if at_once else "prepared"))
            sale.settle()

    @precondition(lambda self: any(sale.parcels for sale in self.model.sales))
    @rule(number=any_order, act=st.sampled_from(["dispatch", "deliver", "deliver", "void"]))
    def move_shipment(self, number: int, act: str) -> None:
        packed = [(sale, parcel) for sale in self.model.sales for parcel in sale.parcels]
        sale, parcel = packed[number % len(packed)]
        service = getattr(services, f"{act}_shipment")
        if self.attempt(lambda: service(sale.pk, parcel.pk, actor=ACTOR), sale.refusal_of_moving(parcel, act)):
            parcel.status = NEXT_OF_PARCEL[parcel.status, act]
            sale.settle()

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order, basket=parts)
    def short_close(self, number: int, basket: dict[str, int]) -> None:
        sale = self.sale(number)
        part = {sku: units for sku, units in basket.items() if sku in sale.lines}
        if not part:
            return
        lines = self.units(sale, part)
        if self.attempt(
            lambda: services.short_close(sale.pk, lines=lines, reason="model", actor=ACTOR),
            sale.refusal_of_closing(part),
        ):
            for sku, units in part.items():
                sale.closed[sku] = sale.closed.get(sku, 0) + units
                self.model.move(sku, units)
            sale.settle()
            for kind in () if sale.is_open() else list(sale.holds):
                sale.end_hold(kind)

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order, basket=parts)
    def request_return(self, number: int, basket: dict[str, int]) -> None:
        sale = self.sale(number)
        part = {sku: units for sku, units in basket.items() if sku in sale.lines}
        if not part:
            return
        lines = [ReturnUnits(unit.item_id, unit.quantity) for unit in self.units(sale, part)]
        order = self.attempt(
            lambda: services.request_return(sale.pk, lines=lines, reason="model", actor=ACTOR),
            sale.refusal_of_returning(part),
        )
        if order is not None:
            sale.returns.append(SentBack(order.sent_back[-1].pk, part))
            sale.version += 1

    def sent_back(self, number: int) -> tuple[Sale, SentBack]:
        returns = [(sale, each) for sale in self.model.sales for each in sale.returns]
        return returns[number % len(returns)]

    @precondition(lambda self: any(sale.returns for sale in self.model.sales))
    @rule(number=any_order, act=st.sampled_from(["restock", "restock", "write_off", "cancel"]), less=st.booleans())
    def end_return(self, number: int, act: str, less: bool) -> None:
        """Receive what comes, perhaps one unit less of its first item, or call it off."""
        sale, back = self.sent_back(number)
        came = dict(back.units)
        sku = next(iter(came))
        came[sku] -= less and came[sku] > 1
        lines = [ReturnUnits(unit.item_id, unit.quantity, act) for unit in self.units(sale, came)]
        service = (
            partial(services.cancel_return, sale.pk, back.pk, actor=ACTOR)
            if act == "cancel"
            else partial(services.receive_return, sale.pk, back.pk, lines=lines, actor=ACTOR)
        )
        if self.attempt(service, None if back.status == "requested" else InvalidTransition) is None:
            return
        sale.version += 1
        back.status = "cancelled" if act == "cancel" else "received"
        if act == "cancel":
            return
        back.units, back.restocked = came, act == "restock"
        for sku, units in came.items() if back.restocked else ():
            self.model.move(sku, units)

    @precondition(lambda self: any(sale.returns for sale in self.model.sales))
    @rule(number=any_order)
    def exchange(self, number: int) -> None:
        sale, back = self.sent_back(number)
        expected = InvalidTransition if back.status == "cancelled" else self.model.refusal(back.units, {})
        order = self.attempt(
            lambda: services.exchange_return(sale.pk, back.pk, actor=ACTOR),
            AlreadyExchanged if back.exchanged else expected,
        )
        if order is None:
            return
        back.exchanged, sale.version = True, sale.version + 1
        agreed = {sku: (units, self.model.shelves[sku].price) for sku, units in back.units.items()}
        self.model.sales.append(Sale(order.pk, agreed, city=sale.city))
        for sku, units in back.units.items():
            self.model.move(sku, -units)

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order)
    def deliver(self, number: int) -> None:
        sale = self.sale(number)
        if self.attempt(lambda: services.deliver_order(sale.pk, actor=ACTOR), sale.refuses("deliver")):
            for parcel in sale.parcels:
                parcel.status = "delivered" if parcel.has_left else parcel.status
            sale.settle()

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order)
    def cancel(self, number: int) -> None:
        sale = self.sale(number)
        expected = sale.refusal_of_cancelling()
        if self.attempt(lambda: services.cancel_order(sale.pk, actor=ACTOR, reason="model"), expected):
            for sku in sale.lines:
                self.model.move(sku, sale.waiting(sku))
            for parcel in sale.parcels:
                parcel.status = "voided"
            for kind in list(sale.holds):
                sale.end_hold(kind)
            sale.move("cancel")

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order, kind=kinds)
    def place_hold(self, number: int, kind: str) -> None:
        sale = self.sale(number)
        expected = Duplicate if kind in sale.holds else None if sale.is_open() else InvalidTransition
        order = self.attempt(lambda: services.place_hold(sale.pk, actor=ACTOR, kind=kind, reason="model"), expected)
        if order is not None:
            sale.holds[kind], sale.version = order.active_holds[-1].pk, sale.version + 1

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order, again=rarely)
    def release_hold(self, number: int, again: bool) -> None:
        """The oldest that holds it, or once more one that was released."""
        sale = self.sale(number)
        repeated = again and bool(sale.released)
        hold = sale.released[-1] if repeated else next(iter(sale.holds.values()), 1)
        expected = None if sale.holds and not repeated else NotOnHold
        if self.attempt(lambda: services.release_hold(sale.pk, hold, actor=ACTOR), expected):
            sale.end_hold(next(iter(sale.holds)))
            sale.version += 1

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order, cents=amounts)
    def pay(self, number: int, cents: int) -> None:
        sale = self.sale(number)
        order = self.attempt(
            lambda: services.record_payment(sale.pk, method="card", amount_cents=cents, actor=ACTOR), None
        )
        sale.payments[order.payments.latest("pk").pk] = [cents, 0]
        sale.version += 1

    @precondition(lambda self: self.payments())
    @rule(number=any_order, cents=amounts)
    def refund(self, number: int, cents: int) -> None:
        sale, pk = self.payment(number)
        came, went = sale.payments[pk]
        left = RefundTooLarge if cents > came - went else None
        if self.attempt(
            lambda: services.refund_payment(sale.pk, pk, amount_cents=cents, reason="model", actor=ACTOR),
            left if sale.paid > sale.refunded else NothingToRefund,
        ):
            sale.payments[pk] = [came, went + cents]
            sale.version += 1

    @precondition(lambda self: self.payments())
    @rule(number=any_order)
    def void(self, number: int) -> None:
        sale, pk = self.payment(number)
        if self.attempt(
            lambda: services.void_payment(sale.pk, pk, reason="model", actor=ACTOR),
            NotVoidable if sale.payments[pk][1] else None,
        ):
            del sale.payments[pk]
            sale.version += 1

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order, visibility=st.sampled_from(["internal", "customer"]))
    def note(self, number: int, visibility: str) -> None:
        sale = self.sale(number)
        self.attempt(lambda: services.add_note(sale.pk, actor=ACTOR, text="Ring twice", visibility=visibility), None)
        sale.version += 1

    @precondition(lambda self: self.model.sales)
    @rule(number=any_order, city=cities)
    def change_addresses(self, number: int, city: str | None) -> None:
        sale = self.sale(number)
        expected = None if sale.is_open() else NotEditable
        named = {"shipping_address": replace(HOME, city=city) if city else None}
        if self.attempt(lambda: services.change_addresses(sale.pk, addresses=named, actor=ACTOR), expected):
            sale.version += sale.city != city
            sale.city = city
