"""`verify` is silent about sound data, in whatever state they are."""

import pytest
from django.core.management import CommandError, call_command

from common.actors import Actor
from customers.models import Customer
from customers.services import change_address, change_customer, change_group, delete_group, remove_address
from customers.tests.factories import HOME, CustomerAddressFactory, CustomerFactory, CustomerGroupFactory
from oms.database.places import BASE_DIR
from oms.tests.proving import broken, verify
from oms.verification import INVARIANTS
from orders import services
from orders.models import Order
from orders.tests.factories import HoldFactory, OrderFactory, PaymentFactory, move_to
from products.services import adjust_stock, change_product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])


def in_every_state(actor: Actor) -> None:
    """Orders in all states, edited and noted too, over products that were changed and adjusted."""
    for status in Order.Status:
        OrderFactory(status=status)
    in_parcels(actor)
    in_returns(actor)
    product, other = ProductFactory(), ProductFactory()
    edited = OrderFactory(lines=[services.Line(quantity=4, product_id=product.pk)], external_ref="ref-1")
    lines = [services.Line(quantity=1, product_id=other.pk)]
    services.edit_items(edited.pk, lines=lines, actor=actor)
    services.add_note(edited.pk, actor=actor, text="Ring twice")
    services.change_addresses(edited.pk, actor=actor, addresses={"shipping_address": HOME, "billing_address": HOME})
    services.change_addresses(edited.pk, actor=actor, addresses={"billing_address": None})
    held_and_released(edited, actor)
    paid_and_refunded(edited, actor)
    move_to(edited, Order.Status.CANCELLED)
    services.duplicate_order(edited.pk, actor=actor)
    change_product(product.pk, actor=actor, name="Lantern", is_active=False)
    adjust_stock(other.pk, actor=actor, delta=-3, reason="broken")
    change_customer(edited.customer_id, actor=actor, email="new@example.com")
    keep_addresses(edited.customer_id, actor)
    merge_and_group(actor)


def keep_addresses(customer_id: int, actor: Actor) -> None:
    """An address book with a history: of three addresses one is gone, the default moved and came back."""
    home, office, gone = (
        CustomerAddressFactory(customer_id=customer_id, defaults={"shipping": True, "billing": n == 2}).pk
        for n in range(3)
    )
    change_address(customer_id, home, actor=actor, fields={"city": "Paris"}, defaults={"shipping": True})
    change_address(customer_id, office, actor=actor, fields={"city": "London"}, defaults={"billing": False})
    remove_address(customer_id, gone, actor=actor)
    forgotten = CustomerAddressFactory(defaults={"billing": True}).customer_id
    orders = [OrderFactory(customer_id=forgotten) for _ in range(2)]
    services.anonymise_customer(forgotten, actor=actor)
    services.change_addresses(orders[0].pk, actor=actor, addresses={"billing_address": HOME})


def held_and_released(order: Order, actor: Actor) -> None:
    """A hold that was released, and two that stay."""
    holds = [HoldFactory(order_id=order.pk, kind=kind) for kind in ("payment", "stock", "address")]
    services.release_hold(order.pk, holds[1].pk, actor=actor, reason="Settled")


def merge_and_group(actor: Actor) -> None:
    """Of three of a person with orders and addresses one is left; of three groups one is gone, one renamed."""
    last, second, first = (CustomerAddressFactory(defaults={"shipping": True}).customer_id for _ in range(3))
    for customer_id in (first, second, last):
        OrderFactory(customer_id=customer_id)
    services.merge_customers(first, into=second, actor=actor)
    services.merge_customers(second, into=last, actor=actor)
    gone, renamed, kept = CustomerGroupFactory(), CustomerGroupFactory(), CustomerGroupFactory()
    delete_group(gone.pk, actor=actor)
    change_group(renamed.pk, actor=actor, name="Others")
    change_customer(last, actor=actor, group_id=kept.pk)
    change_customer(last, actor=actor, group_id=None)
    forgotten = CustomerFactory().pk
    services.merge_customers(forgotten, into=CustomerFactory(group_id=kept.pk).pk, actor=actor)
    services.anonymise_customer(Customer.objects.get(pk=forgotten).merged_into_id or 0, actor=actor)


def paid_and_refunded(order: Order, actor: Actor) -> None:
    """A payment that was voided, one that was refunded in part, and one that was refunded whole."""
    voided, part, whole = (PaymentFactory(order_id=order.pk).pk for _ in range(3))
    services.void_payment(order.pk, voided, reason="A mistake", actor=actor)
    for payment, cents in ((part, 30), (part, 20), (whole, 100)):
        services.refund_payment(order.pk, payment, amount_cents=cents, reason="Broken", actor=actor)


def in_parcels(actor: Actor) -> None:
    """Orders with shipments in every status, one of them short-closed to its end, one cancelled after that."""
    lines = [services.Line(quantity=4, product_id=ProductFactory(stock_quantity=20).pk) for _ in range(2)]
    waits, ends, gone = (OrderFactory(lines=lines[:number], status="CONFIRMED") for number in (2, 1, 1))
    for _ in range(2):
        services.prepare_shipment(waits.pk, actor=actor, lines=[services.ItemUnits(waits.lines[0].pk, 1)])
    parcels = services.ship_order(waits.pk, actor=actor, lines=[services.ItemUnits(waits.lines[1].pk, 1)]).parcels
    services.void_shipment(waits.pk, parcels[0].pk, actor=actor)
    unit = [services.ItemUnits(ends.lines[0].pk, 2)]
    parcels = services.ship_order(ends.pk, actor=actor, lines=unit).parcels
    services.deliver_shipment(ends.pk, parcels[0].pk, actor=actor)
    services.short_close(ends.pk, actor=actor, lines=unit, reason="gone")
    services.prepare_shipment(gone.pk, actor=actor, lines=[services.ItemUnits(gone.lines[0].pk, 1)])
    services.short_close(gone.pk, actor=actor, lines=[services.ItemUnits(gone.lines[0].pk, 2)], reason="gone")
    services.cancel_order(gone.pk, actor=actor, reason="test")


def in_returns(actor: Actor) -> None:
    """Orders with returns in every status, one of fewer units than were requested, exchanged and refunded."""
    lines = [services.Line(quantity=4, product_id=ProductFactory(stock_quantity=20).pk)]
    waits, order = OrderFactory(lines=lines, status="SHIPPED"), OrderFactory(lines=lines, status="DELIVERED")
    item = order.lines[0].pk
    services.request_return(waits.pk, reason="Too large", actor=actor)
    fates = [services.ReturnUnits(item, 1, "restock"), services.ReturnUnits(item, 2)]
    gone = services.request_return(order.pk, lines=fates, reason="Broken", actor=actor).sent_back[0].pk
    services.cancel_return(order.pk, gone, actor=actor)
    back = services.request_return(order.pk, lines=fates, reason="Broken", actor=actor).sent_back[1].pk
    came = [services.ReturnUnits(item, 1, "write_off"), services.ReturnUnits(item, 1, "restock")]
    services.receive_return(order.pk, back, lines=came, actor=actor)
    services.exchange_return(order.pk, back, lines=lines, actor=actor)
    payment = PaymentFactory(order_id=order.pk).pk
    services.refund_payment(order.pk, payment, amount_cents=10, reason="Broken", return_id=back, actor=actor)


def test_sound_data_in_every_state_is_proved(actor: Actor) -> None:
    in_every_state(actor)

    outcome, status = verify()

    assert broken(outcome) == {}
    assert (status, outcome["ok"]) == (0, True)
    assert outcome["checked"]["orders"] == Order.objects.count() > len(Order.Status)
    assert outcome["checked"]["events"] > outcome["checked"]["orders"]
    assert [found["name"] for found in outcome["invariants"]] == [invariant.name for invariant in INVARIANTS]


def test_an_empty_database_is_proved() -> None:
    assert verify()[1] == 0


@pytest.mark.parametrize("page", ["README.md", "docs/importing.md"])
def test_the_docs_say_how_many_invariants_there_are(page: str) -> None:
    assert f"All {len(INVARIANTS)} invariants hold." in (BASE_DIR / page).read_text()


def test_an_unknown_order_is_a_wrong_usage() -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("verify", "--order", "4711")

    assert (refusal.value.returncode, str(refusal.value)) == (2, "There is no order 4711.")
