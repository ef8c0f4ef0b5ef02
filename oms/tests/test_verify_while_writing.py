"""`verify` looks at one moment of the data: writers who go on meanwhile give no false alarm."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

import pytest
from django.db import connections, transaction

from common.errors import DomainError
from common.invariants import Count
from common.transactions import run
from customers.tests.factories import CustomerFactory
from oms import verification
from oms.verification import prove
from orders import services
from orders.services import Line
from orders.tests.factories import ACTOR, OrderFactory
from products.services import adjust_stock
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

PROOFS = 4


def keep_writing(customer_id: int, product_ids: list[int], order_id: int, seed: int) -> Callable[[], None]:
    """Place, edit, note, cancel and adjust in a random order that the seed repeats."""
    random = Random(seed)

    def step() -> None:
        lines = [Line(random.randint(1, 3), pk) for pk in random.sample(product_ids, 2)]
        choice = random.randrange(5)
        if choice == 0:
            adjust_stock(product_ids[0], actor=ACTOR, delta=5, reason="receipt")
        elif choice == 1:
            services.edit_items(order_id, lines=lines, actor=ACTOR)
        elif choice == 2:
            services.add_note(order_id, actor=ACTOR, text="Ring twice")
        else:
            order = services.place_order(customer_id=customer_id, lines=lines, actor=ACTOR)
            if choice == 3:
                services.cancel_order(order.pk, actor=ACTOR, reason="changed their mind")

    return step


def writing_until(over: threading.Event, step: Callable[[], None]) -> threading.Thread:
    def write() -> None:
        try:
            while not over.is_set():
                try:
                    run(step)
                except DomainError:
                    continue  # sold out or busy: the next step may do
        finally:
            connections.close_all()

    thread = threading.Thread(target=write)
    thread.start()
    return thread


def proofs_while_writing() -> tuple[list[str], int]:
    """The invariants found broken, of everything and of one order, and how many orders came meanwhile."""
    customer_id, order = CustomerFactory().pk, OrderFactory()
    product_ids = [ProductFactory(stock_quantity=10_000).pk for _ in range(3)]
    over = threading.Event()
    threads = [writing_until(over, keep_writing(customer_id, product_ids, order.pk, seed)) for seed in range(2)]
    try:
        proofs = [prove(scope) for _ in range(PROOFS) for scope in (None, order.pk)]
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
    orders = [proof.checked["orders"] for proof in proofs[::2]]
    return [finding.invariant.name for proof in proofs for finding in proof.broken], orders[-1] - orders[0]


def test_writers_cause_no_false_alarm() -> None:
    broken, written = proofs_while_writing()

    assert broken == []
    assert written > 0


@pytest.mark.parametrize("in_snapshot", [True, False], ids=["as it is", "control without the snapshot"])
def test_what_two_statements_see_fits_only_inside_the_snapshot(
    in_snapshot: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer_id, product_id = CustomerFactory().pk, ProductFactory(stock_quantity=100).pk
    original = verification._count

    def count_and_place(each: Count, scope: dict[str, list[int]], using: str) -> int:
        counted = original(each, scope, using)
        if each.name == "orders":
            thread = threading.Thread(target=place, args=(customer_id, [Line(1, product_id)]))
            thread.start()
            thread.join(60)
        return counted

    monkeypatch.setattr(verification, "_count", count_and_place)
    if not in_snapshot:
        monkeypatch.setattr(verification, "snapshot", no_snapshot)

    told = prove().checked
    assert (told["events"] == told["customers"] + told["products"] + told["orders"]) == in_snapshot


def place(customer_id: int, lines: list[Line]) -> None:
    try:
        run(lambda: services.place_order(customer_id=customer_id, lines=lines, actor=ACTOR))
    finally:
        connections.close_all()


@contextmanager
def no_snapshot(using: str) -> Iterator[None]:
    with transaction.atomic(using=using):
        yield
