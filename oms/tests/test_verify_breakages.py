"""`verify` finds whatever is broken, with the row, and nothing else."""

from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from common.actors import Actor
from common.transactions import run
from conftest import empty_tables
from customers.services import change_customer, change_group
from customers.tests.factories import CustomerAddressFactory, CustomerFactory, CustomerGroupFactory
from oms import verification
from oms.management.commands import verify as command
from oms.tests.breakages import BREAKAGES, MISSING
from oms.tests.proving import broken, verify
from oms.verification import INVARIANTS, MOST_ROWS
from orders import services
from orders.models import Order
from orders.tests.factories import OrderFactory, PaymentFactory
from products.services import change_product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(databases=["default", "migration"])

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
    SELECT conrelid::regclass::text, conname FROM pg_constraint
    WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('c', 'f')
"""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, int]]:
    """Made once: each test breaks it within a transaction of its own."""
    with django_db_blocker.unblock():
        yield made(Actor.command("test"))
        empty_tables()


def made(actor: Actor) -> dict[str, int]:
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


@pytest.fixture(autouse=True)
def unguarded(db: None, world: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """No trigger and no constraint stands in the way until the test's transaction is undone; `verify` looks into it."""
    with connections["migration"].cursor() as cursor:
        cursor.execute(DROPPABLE, [list(TABLES)])
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    monkeypatch.setattr(verification, "snapshot", nullcontext)
    monkeypatch.setattr(command, "prove", partial(verification.prove, using="migration"))


def damage(sql: str, world: dict[str, int]) -> None:
    with connections["migration"].cursor() as cursor:
        for statement in sql.split(";"):
            cursor.execute(statement, world)


def test_every_invariant_is_broken_by_some_test() -> None:
    assert set(BREAKAGES) == {invariant.name for invariant in INVARIANTS}
    assert len(BREAKAGES) == len(INVARIANTS)


@pytest.mark.parametrize("name", BREAKAGES)
def test_finds_what_is_broken_and_nothing_else(name: str, world: dict[str, int]) -> None:
    breakage = BREAKAGES[name]
    damage(breakage.sql, world)

    outcome, status = verify()
    found = broken(outcome)
    assert found.keys() == {name, *breakage.besides}
    named = {column: world[key] for column, key in breakage.names.items()}
    assert any(named.items() <= row.items() for row in found[name])
    assert (status, outcome["ok"]) == (3, False)


def test_an_order_that_claims_to_be_another_once_more_is_found(world: dict[str, int]) -> None:
    damage("UPDATE orders SET duplicate_of_id = %(order)s WHERE id = %(partly)s", world)

    assert broken(verify()[0]).keys() == {"order_header_is_what_events_say"}


def test_an_event_that_makes_no_sense_is_found_and_the_rest_is_checked(world: dict[str, int]) -> None:
    damage(
        """UPDATE events SET payload = payload || '{"created_at": "yesterdayish"}'
           WHERE aggregatetype = 'order' AND version = 1""",
        world,
    )

    outcome, status = verify()

    assert "yesterdayish" in broken(outcome)["order_header_is_what_events_say"][0]["unreadable"]
    assert (len(outcome["invariants"]), status) == (len(INVARIANTS), 3)


def test_forgotten_particulars_need_an_anonymised_customer(world: dict[str, int]) -> None:
    damage("UPDATE events SET personal = NULL WHERE aggregatetype = 'customer' AND aggregateid = %(customer)s", world)
    assert broken(verify()[0]).keys() == {"customer_is_what_events_say", "address_book_is_what_events_say"}

    damage(
        """
        INSERT INTO events (xid, aggregatetype, aggregateid, version, type, payload, actor)
        VALUES ((SELECT max(xid) FROM events), 'customer', %(customer)s, 4, 'customer.anonymised', '{}', 'test');
        DELETE FROM customer_addresses;
        UPDATE customers SET version = 4, first_name = '', email = 'anonymised@invalid' WHERE id = %(customer)s
        """,
        world,
    )
    assert verify()[1] == 0


def test_shows_the_first_rows_and_the_number_of_all(world: dict[str, int]) -> None:
    damage(
        f"""
        INSERT INTO events (xid, aggregatetype, aggregateid, version, type, payload, actor)
        SELECT (SELECT max(xid) FROM events), 'product', %(missing)s + n, 1, 'product.noted', '{{}}', 'test'
        FROM generate_series(1, {MOST_ROWS + 8}) n
        """,
        world,
    )
    out = StringIO()

    with pytest.raises(CommandError) as refusal:
        call_command("verify", stdout=out)

    assert refusal.value.returncode == 3
    assert out.getvalue().count("product_id=") == MOST_ROWS
    assert "… and 8 more" in out.getvalue()


def test_one_order_is_checked_with_its_products_ledgers_and_no_other(world: dict[str, int]) -> None:
    damage("UPDATE products SET stock_quantity = 7 WHERE id = %(product)s", world)

    sound, sound_status = verify("--order", str(world["shipped"]))
    outcome, status = verify("--order", str(world["order"]))

    assert (sound_status, sound["checked"]["orders"], sound["checked"]["movements"]) == (0, 1, 6)
    assert (status, set(broken(outcome))) == (3, {"stock_is_ledger_sum", "stock_is_last_balance"})
