"""`verify` is silent about sound data and finds whatever is broken, with the row."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from common.actors import Actor
from common.transactions import run
from customers.models import Customer
from customers.services import change_address, change_customer, change_group, delete_group, remove_address
from customers.tests.factories import HOME, CustomerAddressFactory, CustomerFactory, CustomerGroupFactory
from oms.tests.breakages import BREAKAGES, MISSING
from oms.verification import INVARIANTS, MOST_ROWS
from orders import services
from orders.models import Order
from orders.tests.factories import HoldFactory, OrderFactory, PaymentFactory, move_to
from products.services import adjust_stock, change_product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report", "migration"])

TABLES = (
    "order_refunds",
    "order_return_lines",
    "order_returns",
    "shipment_lines",
    "short_closes",
    "shipments",
    "order_holds",
    "order_items",
    "stock_movements",
    "events",
    "idempotency_keys",
    "orders",
    "products",
    "customer_addresses",
    "customers",
    "customer_groups",
)
# CHECK constraints and foreign keys; those that say "unique" are in no breakage's way.
DROPPABLE = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('c', 'f')
"""


@pytest.fixture
def world(actor: Actor) -> dict[str, int]:
    """A pending order of one product, on hold and partly paid, a product without stock; each has two events or more.

    Besides, an order of five units, of which two were dispatched, one of them to come back, and one was short-closed;
    and one that is SHIPPED, of which both units came back and were exchanged.
    """
    customer, product, empty = CustomerFactory(), ProductFactory(stock_quantity=10), ProductFactory(stock_quantity=0)
    lines = [services.Line(quantity=2, product_id=product.pk)]
    order = run(lambda: services.place_order(customer_id=customer.pk, lines=lines, actor=actor))
    run(lambda: services.add_note(order.pk, actor=actor, text="Ring twice"))
    run(lambda: services.place_hold(order.pk, kind="payment", reason="Unpaid", actor=actor))
    payment = run(lambda: PaymentFactory(order_id=order.pk))
    run(lambda: services.refund_payment(order.pk, payment.pk, amount_cents=40, reason="Broken", actor=actor))
    run(lambda: change_product(product.pk, actor=actor, name="Lantern"))
    group = CustomerGroupFactory()
    run(lambda: change_group(group.pk, actor=actor, name="Trade"))
    run(lambda: change_customer(customer.pk, actor=actor, first_name="Grace", group_id=group.pk))
    address = CustomerAddressFactory(customer_id=customer.pk, defaults={"shipping": True})
    lines = [services.Line(quantity=5, product_id=ProductFactory().pk)]
    partly = OrderFactory(customer_id=customer.pk, lines=lines, status="CONFIRMED")
    lines = [services.Line(quantity=2, product_id=partly.lines[0].product_id)]
    shipped = OrderFactory(customer_id=customer.pk, lines=lines, status="SHIPPED")
    item = partly.lines[0].pk
    parcels = run(lambda: services.ship_order(partly.pk, actor=actor, lines=[services.ItemUnits(item, 2)])).parcels
    run(lambda: services.short_close(partly.pk, actor=actor, lines=[services.ItemUnits(item, 1)], reason="gone"))
    ids = {"order": order.pk, "product": product.pk, "customer": customer.pk, "empty": empty.pk, "address": address.pk}
    ids |= {"partly": partly.pk, "parcel": parcels[0].pk, "shipped": shipped.pk}
    ids |= {"item": order.lines[0].pk, **sent_back(partly, shipped, actor)}
    return ids | {"customer_group": group.pk, "alias": CustomerFactory().pk, "missing": MISSING}


def sent_back(partly: Order, shipped: Order, actor: Actor) -> dict[str, int]:
    unit = [services.ReturnUnits(partly.lines[0].pk, 1)]
    waits = run(lambda: services.request_return(partly.pk, lines=unit, reason="Broken", actor=actor)).sent_back[0]
    back = run(lambda: services.request_return(shipped.pk, reason="Too large", actor=actor)).sent_back[0]
    item = shipped.lines[0].pk
    lines = [services.ReturnUnits(item, 1, "restock"), services.ReturnUnits(item, 1, "write_off")]
    run(lambda: services.receive_return(shipped.pk, back.pk, lines=lines, actor=actor))
    run(lambda: services.exchange_return(shipped.pk, back.pk, actor=actor))
    return {"wait": waits.pk, "back": back.pk}


@pytest.fixture
def unguarded(world: dict[str, int]) -> Iterator[None]:
    """No trigger and no constraint stands in the way; all are back, over empty tables, when the test ends."""
    with connections["migration"].cursor() as cursor:
        cursor.execute(DROPPABLE, [list(TABLES)])
        constraints = cursor.fetchall()
        for table, name, _ in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        for table, name, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def verify(*arguments: str) -> tuple[dict[str, Any], int]:
    """What `verify --json` says, and its exit status."""
    out, status = StringIO(), 0
    try:
        call_command("verify", "--json", *arguments, stdout=out)
    except CommandError as error:
        status = error.returncode
    return json.loads(out.getvalue()), status


def broken(outcome: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {found["name"]: found["rows"] for found in outcome["invariants"] if found["found"]}


def damage(sql: str, world: dict[str, int]) -> None:
    with connections["migration"].cursor() as cursor:
        for statement in sql.split(";"):
            cursor.execute(statement, world)


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


def test_every_invariant_is_broken_by_some_test() -> None:
    assert set(BREAKAGES) == {invariant.name for invariant in INVARIANTS}
    assert len(BREAKAGES) == len(INVARIANTS)


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("name", BREAKAGES)
def test_finds_what_is_broken_and_nothing_else(name: str, world: dict[str, int]) -> None:
    breakage = BREAKAGES[name]
    assert verify()[1] == 0

    damage(breakage.sql, world)

    outcome, status = verify()
    found = broken(outcome)
    assert found.keys() == {name, *breakage.besides}
    named = {column: world[key] for column, key in breakage.names.items()}
    assert any(named.items() <= row.items() for row in found[name])
    assert (status, outcome["ok"]) == (3, False)


@pytest.mark.usefixtures("unguarded")
def test_an_order_that_claims_to_be_another_once_more_is_found(world: dict[str, int]) -> None:
    damage("UPDATE orders SET duplicate_of_id = %(order)s WHERE id = %(partly)s", world)

    assert broken(verify()[0]).keys() == {"order_header_is_what_events_say"}


@pytest.mark.usefixtures("unguarded")
def test_an_event_that_makes_no_sense_is_found_and_the_rest_is_checked(world: dict[str, int]) -> None:
    damage(
        """UPDATE events SET payload = payload || '{"created_at": "yesterdayish"}'
           WHERE aggregatetype = 'order' AND version = 1""",
        world,
    )

    outcome, status = verify()

    assert "yesterdayish" in broken(outcome)["order_header_is_what_events_say"][0]["unreadable"]
    assert (len(outcome["invariants"]), status) == (len(INVARIANTS), 3)


@pytest.mark.usefixtures("unguarded")
def test_forgotten_particulars_need_an_anonymised_customer(world: dict[str, int]) -> None:
    damage("UPDATE events SET personal = NULL WHERE aggregatetype = 'customer' AND aggregateid = %(customer)s", world)
    assert broken(verify()[0]).keys() == {"customer_is_what_events_say", "address_book_is_what_events_say"}

    damage(
        """
        INSERT INTO events (xid, aggregatetype, aggregateid, version, type, payload, actor)
        VALUES (pg_current_xact_id(), 'customer', %(customer)s, 4, 'customer.anonymised', '{}', 'test');
        DELETE FROM customer_addresses;
        UPDATE customers SET version = 4, first_name = '', email = 'anonymised@invalid' WHERE id = %(customer)s
        """,
        world,
    )
    assert verify()[1] == 0


@pytest.mark.usefixtures("unguarded")
def test_shows_the_first_rows_and_the_number_of_all(world: dict[str, int]) -> None:
    for _ in range(MOST_ROWS + 5):
        ProductFactory()
    damage("UPDATE products SET version = 9", world)
    out = StringIO()

    with pytest.raises(CommandError) as refusal:
        call_command("verify", stdout=out)

    assert refusal.value.returncode == 3
    assert out.getvalue().count("product_id=") == MOST_ROWS
    assert "… and 8 more" in out.getvalue()


@pytest.mark.usefixtures("unguarded")
def test_one_order_is_checked_with_its_products_ledgers_and_no_other(world: dict[str, int]) -> None:
    other = OrderFactory()
    damage("UPDATE products SET stock_quantity = 7 WHERE id = %(product)s", world)

    sound, sound_status = verify("--order", str(other.pk))
    outcome, status = verify("--order", str(world["order"]))

    assert (sound_status, sound["checked"]["orders"], sound["checked"]["movements"]) == (0, 1, 2)
    assert (status, set(broken(outcome))) == (3, {"stock_is_ledger_sum", "stock_is_last_balance"})


def test_an_unknown_order_is_a_wrong_usage() -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("verify", "--order", "4711")

    assert (refusal.value.returncode, str(refusal.value)) == (2, "There is no order 4711.")
