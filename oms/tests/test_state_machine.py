"""Whatever is done in whatever order, the shop is what a plain model in Python says, and `verify` finds nothing."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from common.errors import InvalidInput
from customers import services as customer_services
from customers.models import Customer, CustomerAddress
from customers.tests.factories import HOME, CustomerFactory
from events.models import Event
from oms.tests.shop_orders import OrdersOfShop, baskets, rarely, skus
from oms.verification import prove
from orders import services
from orders.models import Order
from orders.services import reserved_units
from orders.tests.factories import ACTOR
from products import services as product_services
from products.errors import InsufficientStock, StockMismatch
from products.models import Product
from reporting.consumers import keep_business_days
from reporting.rollups import advance


class Shop(OrdersOfShop):
    """Every service, of customers and products as well, against the model."""

    @rule(city=st.sampled_from(["Bonn", "Lyon"]), is_default=st.booleans())
    def add_address(self, city: str, is_default: bool) -> None:
        address, defaults = replace(HOME, city=city), {"shipping": is_default}
        self.attempt(
            lambda: customer_services.add_address(self.customer.pk, address=address, defaults=defaults, actor=ACTOR),
            None,
        )
        self.model.customer_version += 1
        self.model.city = city if is_default else self.model.city

    @precondition(lambda self: self.model.city)
    @rule()
    def remove_default_address(self) -> None:
        entry = CustomerAddress.objects.get(customer=self.customer, is_default_shipping=True)
        self.attempt(lambda: customer_services.remove_address(self.customer.pk, entry.pk, actor=ACTOR), None)
        self.model.customer_version += 1
        self.model.city = None

    @rule(basket=baskets)
    def merge_a_twin(self, basket: dict[str, int]) -> None:
        twin, sales = CustomerFactory(), len(self.model.sales)
        self.place(basket, twin.pk)
        self.attempt(lambda: services.merge_customers(twin.pk, into=self.customer.pk, actor=ACTOR), None)
        for sale in self.model.sales[sales:]:
            sale.version += 1
        self.model.customer_version += 3  # the twin came and went, and the customer is told

    @rule(sku=skus, delta=st.integers(-6, 6))
    def adjust(self, sku: str, delta: int) -> None:
        shelf = self.model.shelves[sku]
        expected = InvalidInput if delta == 0 else InsufficientStock if shelf.stock + delta < 0 else None
        if self.attempt(
            lambda: product_services.adjust_stock(shelf.pk, actor=ACTOR, delta=delta, reason="model"), expected
        ):
            self.model.move(sku, delta)
            self.brought[sku] += delta
            shelf.version += 1

    @rule(sku=skus, set_to=st.integers(0, 12), belief=st.sampled_from([0, 0, 1]))
    def set(self, sku: str, set_to: int, belief: int) -> None:
        shelf = self.model.shelves[sku]
        done = self.attempt(
            lambda: product_services.set_stock(
                shelf.pk, actor=ACTOR, set_to=set_to, expected=shelf.stock + belief, reason="model"
            ),
            StockMismatch if belief else None,
        )
        if done is not None and set_to != shelf.stock:
            self.brought[sku] += set_to - shelf.stock
            self.model.move(sku, set_to - shelf.stock)
            shelf.version += 1

    @rule(sku=skus, counted=st.integers(0, 15), belief=st.sampled_from([0, 0, 1]))
    def count(self, sku: str, counted: int, belief: int) -> None:
        shelf, reserved = self.model.shelves[sku], self.model.reserved(sku)
        expected = StockMismatch if belief else InsufficientStock if counted < reserved else None
        on_hand = shelf.stock + reserved
        if self.attempt(
            lambda: services.count_shelf(
                shelf.pk, actor=ACTOR, counted=counted, expected_on_hand=on_hand + belief, reason="model"
            ),
            expected,
        ):
            self.brought[sku] += counted - on_hand
            shelf.stock, shelf.ledger, shelf.version = counted - reserved, shelf.ledger + 1, shelf.version + 1

    @rule(sku=skus, price=st.integers(0, 300), is_gone=rarely)
    def change_product(self, sku: str, price: int, is_gone: bool) -> None:
        is_active = not is_gone
        shelf = self.model.shelves[sku]
        self.attempt(
            lambda: product_services.change_product(shelf.pk, actor=ACTOR, price_cents=price, is_active=is_active), None
        )
        if (shelf.price, shelf.is_active) != (price, is_active):
            shelf.price, shelf.is_active, shelf.version = price, is_active, shelf.version + 1

    @rule(name=st.sampled_from(["Ada", "Grace"]))
    def change_customer(self, name: str) -> None:
        before = Customer.objects.get(pk=self.customer.pk).first_name
        self.attempt(lambda: customer_services.change_customer(self.customer.pk, actor=ACTOR, first_name=name), None)
        self.model.customer_version += before != name

    @rule()
    def let_the_worker_work(self) -> None:
        keep_business_days()
        advance()

    @invariant()
    def products_are_as_modelled(self) -> None:
        for sku, shelf in self.model.shelves.items():
            product = Product.objects.get(pk=shelf.pk)
            assert (product.stock_quantity, product.stock_seq, product.movements.count()) == (
                shelf.stock,
                shelf.ledger,
                shelf.ledger,
            )
            assert (product.price_cents, product.is_active, product.version) == (
                shelf.price,
                shelf.is_active,
                shelf.version,
            )
            assert reserved_units(shelf.pk) == self.model.reserved(sku)

    @invariant()
    def orders_are_as_modelled(self) -> None:
        stored = Order.objects.with_lines().in_bulk([sale.pk for sale in self.model.sales])
        for sale in self.model.sales:
            order = stored[sale.pk]
            assert order.customer_id == self.customer.pk
            assert (order.status, order.total_cents, order.version) == (sale.status, sale.total, sale.version)
            assert order.held_for == sorted(sale.holds)
            assert (order.paid_cents, order.refunded_cents) == (sale.paid, sale.refunded)
            assert order.payment_state == sale.payment_state
            assert order.fulfilment_state == sale.fulfilment
            assert (order.return_state, order.due_cents) == (sale.return_state, sale.due)
            assert [(each.pk, each.status) for each in order.parcels] == [(p.pk, p.status) for p in sale.parcels]
            by_id = {line.product_id: (line.quantity, line.unit_price_cents) for line in order.lines}
            assert (order.shipping_address or {}).get("city") == sale.city
            assert by_id == {self.model.shelves[sku].pk: line for sku, line in sale.lines.items()}

    @invariant()
    def the_log_tells_every_change(self) -> None:
        versions = (
            self.model.customer_version
            + sum(shelf.version for shelf in self.model.shelves.values())
            + sum(sale.version for sale in self.model.sales)
        )
        assert Event.objects.count() - self.before == versions

    def teardown(self) -> None:
        """Every path nets to zero: what is there and what orders hold or have taken for good is what there was."""
        assert prove().broken == []
        for sku, shelf in self.model.shelves.items():
            left = sum(sale.shipped(sku) for sale in self.model.sales if sku in sale.lines)
            returns = [each for sale in self.model.sales for each in sale.returns if each.restocked]
            back = sum(each.units.get(sku, 0) for each in returns)
            assert shelf.stock + self.model.reserved(sku) + left - back == self.brought[sku]


@pytest.mark.django_db(transaction=True, databases=["default", "report"])
def test_the_shop_is_what_the_model_says() -> None:
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=10,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # what a failure left behind would fail every shorter run as well
            suppress_health_check=list(HealthCheck),
        ),
    )
