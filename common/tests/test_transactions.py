"""`run` does an act whole or not at all, rehearses it honestly, and explains what the database refused."""

import time

import psycopg.errors
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from common import refusals
from common.errors import Busy, Conflict, Duplicate, InvalidInput
from common.idempotency import Answer, Key
from common.models import IdempotencyKey
from common.sql import one
from common.tests.contents import contents
from common.transactions import PREPARED_AFTER, run, snapshot
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)

ORDER_OF_NOBODY = (
    "INSERT INTO orders (customer_id, status, total_cents, takes_stock, version)"
    " VALUES (987654321, 'PENDING', 0, true, 1)"
)


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_returns_what_the_act_returned_and_keeps_its_work() -> None:
    assert run(lambda: CustomerFactory().email) == Customer.objects.get().email


@pytest.mark.parametrize("error", [ValueError("ours"), KeyboardInterrupt(), Conflict("refused"), DatabaseError("odd")])
def test_any_error_undoes_everything_and_passes_through(error: BaseException) -> None:
    def fail() -> None:
        CustomerFactory()
        raise error

    with pytest.raises(type(error)) as raised:
        run(fail)

    assert raised.value is error
    assert not Customer.objects.exists()


def test_a_run_inside_a_run_is_refused() -> None:
    with pytest.raises(RuntimeError, match="durable"):
        run(lambda: run(CustomerFactory))

    assert not Customer.objects.exists()


def asked_often(sql: str, *, in_acts: bool) -> bool:
    """Whether the server keeps a plan of the statement after this connection asked it many times."""
    for _ in range(PREPARED_AFTER + 2):
        if in_acts:
            run(lambda: execute(sql))
        else:
            execute(sql)
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_prepared_statements WHERE statement = %s)", [sql])
        (kept,) = one(cursor)
    return bool(kept)


def test_what_acts_ask_is_planned_once_and_what_lists_ask_each_time() -> None:
    assert not asked_often("SELECT 1 AS asked", in_acts=False)
    assert asked_often("SELECT 1 AS asked", in_acts=True)


def test_behind_a_pooler_nothing_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)

    assert not asked_often("SELECT 1 AS pooled", in_acts=True)


def test_a_rehearsal_shows_the_outcome_and_changes_nothing() -> None:
    before = contents()

    customer = run(CustomerFactory, dry_run=True)

    assert customer.pk is not None
    assert contents() == before


def test_a_rehearsal_after_a_rehearsal_is_still_not_kept() -> None:
    for _ in range(2):
        run(lambda: CustomerFactory(email="ada@example.com"), dry_run=True)

    assert run(lambda: CustomerFactory(email="ada@example.com"))
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("dry_run", [True, False])
def test_guards_that_wait_for_commit_have_their_say(dry_run: bool) -> None:
    product = ProductFactory(stock_quantity=10)

    with pytest.raises(InvalidInput, match="products_stock_is_ledger"):
        run(lambda: execute(f"UPDATE products SET stock_quantity = 11 WHERE id = {product.pk}"), dry_run=dry_run)

    assert Product.objects.get().stock_quantity == 10


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_reference_to_nothing_is_noticed(dry_run: bool) -> None:
    with pytest.raises(Conflict, match="refers to something that does not exist"):
        run(lambda: execute(ORDER_OF_NOBODY), dry_run=dry_run)


def test_the_database_says_which_field_is_taken() -> None:
    CustomerFactory(email="ada@example.com")

    with pytest.raises(Duplicate) as refusal:
        run(lambda: CustomerFactory(email="ADA@example.com"))

    assert refusal.value.errors[0].pointer == "/email"


EXPLAINED = {
    "SELECT 1 / 0": InvalidInput,
    "SELECT 'x'::bigint": InvalidInput,
    "SELECT 9223372036854775807 + 1::bigint": InvalidInput,
    "INSERT INTO orders (status) VALUES ('PENDING')": InvalidInput,
    "SET LOCAL statement_timeout = '10ms'; SELECT pg_sleep(5)": Busy,
    "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$": Busy,
    "DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$": Busy,
    "DO $$ BEGIN RAISE SQLSTATE '55P03'; END $$": Busy,
    "DO $$ BEGIN RAISE SQLSTATE '53300'; END $$": Busy,
    "DO $$ BEGIN RAISE SQLSTATE '57P01'; END $$": Busy,
}


@pytest.mark.parametrize("sql", EXPLAINED)
def test_a_refusal_is_explained_by_its_state(sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)

    with pytest.raises(EXPLAINED[sql]) as refusal:
        run(lambda: execute(sql))

    assert isinstance(refusal.value.__cause__, DatabaseError)
    assert "SELECT" not in refusal.value.detail


@pytest.mark.parametrize("sql", ["SELECT nonsense", "SELEC 1", "SELECT * FROM no_such_table"])
def test_a_fault_of_ours_passes_through(sql: str) -> None:
    with pytest.raises(DatabaseError):
        run(lambda: execute(sql))


def test_text_that_the_driver_refuses_is_the_callers_mistake() -> None:
    with pytest.raises(InvalidInput):
        run(lambda: Customer.objects.filter(email="a\x00b").exists())


def test_busy_says_with_what() -> None:
    for state, why in {
        "40P01": "Too many changes",
        "55P03": "Too many changes",
        "57014": "It took too long",
        "25P04": "It took too long",
        "57P03": "not reachable",
        "25006": "not reachable",
    }.items():
        error = OperationalError("of any kind")
        error.__cause__ = psycopg.errors.lookup(state)()
        explained = refusals.explain(error)
        assert isinstance(explained, Busy) and why in explained.detail, state


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_lost_connection_is_busy(kind: type[DatabaseError]) -> None:
    explained = refusals.explain(kind("server closed the connection unexpectedly"))

    assert isinstance(explained, Busy) and explained.retry_after_seconds >= 1


def test_a_constraint_over_an_expression_names_its_column() -> None:
    error = DatabaseError("duplicate")
    error.__cause__ = psycopg.errors.UniqueViolation("no diagnosis")

    assert isinstance(refusals.explain(error), Duplicate)


def test_a_key_is_kept_with_the_work_and_lost_with_it() -> None:
    key = Key(1, "k", "f")

    def fail() -> Answer:
        CustomerFactory()
        raise Conflict("refused")

    with pytest.raises(Conflict):
        run(fail, key=key)
    assert not IdempotencyKey.objects.exists()

    first = run(lambda: Answer(201, str(CustomerFactory().pk), {"ETag": '"1"'}), key=key)
    again = run(lambda: Answer(201, str(CustomerFactory().pk)), key=key)
    assert (again.body, again.headers, again.status) == (first.body, first.headers, first.status)
    assert (first.replayed, again.replayed, Customer.objects.count()) == (False, True, 1)


def test_a_snapshot_sees_one_moment_and_writes_nothing() -> None:
    with snapshot("default"), pytest.raises(DatabaseError):
        execute("CREATE TABLE x ()")
