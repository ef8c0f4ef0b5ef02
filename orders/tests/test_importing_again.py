"""An import that is repeated, killed or doubled brings every order in exactly once."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from common.imports import staging
from common.models import ImportRun
from common.tests.importing import Outcome, finish, run_import, write_csv
from common.tests.processes import start
from common.tests.racing import Meeting, meet_after, race
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from oms.verification import prove
from orders import services
from orders.models import Order, OrderImportRow
from orders.services import import_sql, importing
from orders.tests.factories import ACTOR
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

HEAD = ("external_ref", "email", "sku", "quantity", "unit_price")
ORDERS = 600  # more than fit into a batch


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Six hundred orders of two lines; the very last is for a customer of its own."""
    CustomerFactory(email="ada@example.com")
    CustomerFactory(email="last@example.com")
    ProductFactory(sku="LAMP", stock_quantity=5 * ORDERS)
    ProductFactory(sku="BOWL", stock_quantity=5 * ORDERS)
    emails = ["ada@example.com"] * (ORDERS - 1) + ["last@example.com"]
    rows = [(number, email, sku, 2, "1.50") for number, email in enumerate(emails) for sku in ("LAMP", "BOWL")]
    return write_csv(tmp_path / "orders.csv", HEAD, *rows)


def all_there_once() -> bool:
    left = set(Product.objects.values_list("stock_quantity", flat=True))
    return (Order.objects.count(), left, prove().broken) == (ORDERS, {3 * ORDERS}, [])


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def test_a_second_run_imports_nothing_twice(path: Path) -> None:
    first = run_import("import_orders", path)
    second = run_import("import_orders", path)

    assert first.account == {"read": 1200, "imported": 1200, "skipped": 0, "rejected": 0}
    assert second.account == {"read": 1200, "imported": 0, "skipped": 1200, "rejected": 0}
    assert all_there_once()


def test_after_kill_9_in_the_middle_the_next_run_imports_the_rest(path: Path) -> None:
    with transaction.atomic():
        # Whoever wants to place an order for the last customer must wait: the second batch.
        Customer.objects.select_for_update().get(email="last@example.com")
        process = start("import_orders", str(path))
        until(lambda: Order.objects.count() == staging.MOST_GROUPS)
        process.kill()
        process.communicate()
    until(lambda: not others_at_work())

    again = run_import("import_orders", path)

    assert again.account == {"read": 1200, "imported": 200, "skipped": 1000, "rejected": 0}
    assert all_there_once()


def others_at_work(condition: str = "state <> 'idle'") -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the same for ever
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            f"AND backend_type = 'client backend' AND {condition}"
        )
        return bool(cursor.fetchone() != (0,))


def test_the_next_run_clears_what_a_killed_one_left_and_nothing_of_a_living_one(path: Path) -> None:
    kept, left = (ImportRun.objects.create(pk=f"{n:032}", target="order_import_rows") for n in (1, 2))
    for run in (kept, left):
        OrderImportRow.objects.create(run=run.pk, row=2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE import_runs SET touched_at = now() - interval '11 minutes' WHERE id = %s", [left.pk])

    run_import("import_orders", path)

    assert [run.pk.hex for run in ImportRun.objects.all()] == [kept.pk]
    assert [row.run.hex for row in OrderImportRow.objects.all()] == [kept.pk]


def test_a_run_that_was_taken_for_dead_ends_with_one_line_and_can_be_repeated(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = importing._write

    def and_fall_asleep(batch: Any) -> Any:
        outcome = write(batch)
        ImportRun.objects.update(abandoned=True)
        return outcome

    unknown = write_csv(path.parent / "more.csv", HEAD, ("x", "nobody@example.com", "LAMP", 1, 1))
    with monkeypatch.context() as patched:
        patched.setattr(importing, "_write", and_fall_asleep)
        outcome = run_import("import_orders", unknown)

    assert (outcome.status, outcome.output) == (1, "")
    assert "given up" in outcome.error
    assert run_import("import_orders", path).account["imported"] == 1200


def test_two_runs_of_one_file_import_every_order_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meet_after(monkeypatch, importing, "_mentioned", Meeting())

    outcomes = race(*[lambda: run_import("import_orders", path)] * 2)

    assert [outcome.status for outcome in outcomes] == [0, 0]
    assert sum(outcome.account["imported"] for outcome in outcomes) == 1200
    assert sum(outcome.account["skipped"] for outcome in outcomes) == 1200
    assert all_there_once()


def import_while_somebody_places_the_first_of_them(path: Path) -> Outcome:
    """The import looks and finds no such order; before it can write, the other order is committed."""
    product = ProductFactory(stock_quantity=5)
    lines = [services.Line(quantity=1, product_id=product.pk)]
    customer = Customer.objects.get(email="ada@example.com")
    outcomes: list[Outcome] = []

    def load() -> None:
        outcomes.append(run_import("import_orders", path, "--status", "SHIPPED"))
        connections.close_all()

    importer = threading.Thread(target=load)
    with transaction.atomic():
        services.place_order(customer_id=customer.pk, lines=lines, actor=ACTOR, external_ref="0")
        importer.start()
        until(lambda: others_at_work("wait_event_type = 'Lock'"))
    importer.join(60)
    return outcomes[0]


def test_an_order_that_somebody_else_writes_meanwhile_is_skipped(path: Path) -> None:
    outcome = import_while_somebody_places_the_first_of_them(path)

    assert outcome.account == {"read": 1200, "imported": 1198, "skipped": 2, "rejected": 0}
    assert Order.objects.count() == ORDERS
    assert prove().broken == []


def test_control_without_the_conflict_clause_the_import_fails(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clause = "ON CONFLICT (external_ref) DO NOTHING"
    monkeypatch.setattr(importing, "WRITE", import_sql.WRITE.replace(clause, ""))

    outcome = import_while_somebody_places_the_first_of_them(path)

    assert outcome.status == 1
    assert "external_ref" in outcome.error


def test_a_failing_run_leaves_nothing_in_the_staging_table(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any, **named: Any) -> None:
        raise OSError(28, "No space left on device", "disk")

    monkeypatch.setattr(importing, "hold_customers", fail)
    threads = set(threading.enumerate())

    outcome = run_import("import_orders", path)

    assert (outcome.status, outcome.error) == (1, "disk: No space left on device")
    assert not OrderImportRow.objects.exists() and not ImportRun.objects.exists()
    assert set(threading.enumerate()) <= threads


def test_a_reader_that_stops_reading_gets_no_traceback(path: Path) -> None:
    process = start("import_orders", str(path))
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None

    outcome = finish(process)

    assert "Traceback" not in outcome.error
    assert all_there_once()
