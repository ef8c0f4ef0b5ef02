"""Orders come in from a file of lines: each line judged by itself, the good ones together as they were agreed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from common.actors import Actor
from common.imports import staging
from common.tests.contents import contents
from common.tests.importing import Outcome, rejects, run_import, write_csv
from common.transactions import run
from customers.tests.factories import CustomerFactory
from events.models import Event
from oms.verification import prove
from orders import services
from orders.models import Order, OrderItem, Payment, Shipment
from orders.services import deliver_shipment, refund_payment
from orders.services.placing import header_of
from orders.tests.factories import ACTOR
from products.models import Product, StockMovement
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

HEAD = ("external_ref", "customer_email", "sku", "quantity", "unit_price", "created_at")
ADA, LAMP = "ada@example.com", "LAMP"
DAY = "2010-12-01T08:26:00"


@pytest.fixture(autouse=True)
def shop() -> None:
    CustomerFactory(email="Ada@example.com")
    CustomerFactory(email="bob@example.com")
    ProductFactory(sku="LAMP", name="Lamp", stock_quantity=10)
    ProductFactory(sku="BOWL", name="Bowl", stock_quantity=10)


def load(path: Path, *rows: tuple[Any, ...], arguments: tuple[str, ...] = ("--status", "DELIVERED")) -> Outcome:
    outcome = run_import("import_orders", write_csv(path / "o.csv", HEAD, *rows), *arguments)
    assert prove().broken == []
    return outcome


def lines(external_ref: str) -> list[tuple[str, int, int]]:
    items = OrderItem.objects.filter(order__external_ref=external_ref).order_by("pk")
    return list(items.values_list("sku", "quantity", "unit_price_cents"))


def test_the_lines_of_an_order_need_not_stand_together(tmp_path: Path) -> None:
    outcome = load(
        tmp_path,
        ("1", ADA, "LAMP", 2, "2.50", "2010-12-01T08:30:00"),
        ("2", "BOB@example.com", "LAMP", 1, "3.00", DAY),
        ("1", ADA, "BOWL", 1, "0", "2010-12-01T08:26:00"),
    )

    order = Order.objects.with_lines().get(external_ref="1")
    assert outcome.account == {"read": 3, "imported": 3, "skipped": 0, "rejected": 0}
    assert lines("1") == [("LAMP", 2, 250), ("BOWL", 1, 0)]
    assert (order.status, order.total_cents, order.takes_stock, order.version) == ("DELIVERED", 500, False, 1)
    assert order.created_at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert (order.confirmed_at, order.shipped_at, order.delivered_at, order.cancelled_at) == (None,) * 4


def test_its_one_event_tells_what_placing_tells(tmp_path: Path) -> None:
    load(tmp_path, ("1", ADA, "LAMP", 2, "2.50", DAY), ("1", ADA, "BOWL", 1, "1", DAY))

    order = Order.objects.with_lines().get()
    event = Event.objects.get(aggregatetype="order")
    told = dict(event.payload)
    assert (event.type, event.version, event.actor) == ("order.imported", 1, "command:import_orders")
    assert datetime.fromisoformat(told.pop("created_at")) == order.created_at
    assert told == {name: value for name, value in header_of(order).items() if name != "created_at"}
    assert event.occurred_at > order.created_at


def test_what_has_left_has_one_shipment_of_everything_of_which_no_time_is_known(tmp_path: Path) -> None:
    for number, status in enumerate(("SHIPPED", "DELIVERED", "CANCELLED", "PENDING")):
        rows = ((str(number), ADA, "LAMP", 2, "2.50", DAY), (str(number), ADA, "BOWL", 1, "1", DAY))
        load(tmp_path, *rows, arguments=("--status", status))

    shipped, delivered, cancelled, pending = Order.objects.with_lines().order_by("pk")
    for order, status in ((shipped, "dispatched"), (delivered, "delivered")):
        (parcel,) = order.parcels
        assert (parcel.status, parcel.units, order.fulfilment_state) == (status, 3, "complete")
        assert {getattr(parcel, column) for column in Shipment.TIMES} == {None}
    assert [order.fulfilment_state for order in (cancelled, pending)] == ["none", "none"]
    assert cancelled.parcels == pending.parcels == []


def test_an_imported_shipment_arrives_like_any_other(tmp_path: Path) -> None:
    load(tmp_path, ("1", ADA, "LAMP", 2, "2.50", DAY), arguments=("--status", "SHIPPED"))
    (order,) = Order.objects.with_lines()

    done = deliver_shipment(order.pk, order.parcels[0].pk, actor=Actor.command("test"))

    assert (done.status, prove().broken) == ("DELIVERED", [])


def test_same_sku_and_price_are_merged_and_at_another_price_the_lowest_row_stays(tmp_path: Path) -> None:
    outcome = load(
        tmp_path,
        ("1", ADA, "LAMP", 2, "2.50", DAY),
        ("1", ADA, "LAMP", 7, "2.60", DAY),
        ("1", ADA, "LAMP", 3, "2.5", DAY),
    )

    assert (lines("1"), outcome.codes) == ([("LAMP", 5, 250)], {"price_conflict": 1})


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("", ADA, LAMP, 1, 1, DAY), "no_external_ref"),
        (("1", "", LAMP, 1, 1, DAY), "no_customer"),
        (("1", "nobody@example.com", LAMP, 1, 1, DAY), "unknown_customer"),
        (("1", "nonsense", LAMP, 1, 1, DAY), "unknown_customer"),
        (("1", "bob@example.com", LAMP, 1, 1, DAY), "customer_conflict"),
        (("1", ADA, "", 1, 1, DAY), "no_sku"),
        (("1", ADA, "lamp", 1, 1, DAY), "unknown_product"),
        (("1", ADA, LAMP, "some", 1, DAY), "invalid_quantity"),
        (("1", ADA, LAMP, 0, 1, DAY), "quantity_not_positive"),
        (("1", ADA, LAMP, -1, 1, DAY), "quantity_not_positive"),
        (("1", ADA, LAMP, 1_000_001, 1, DAY), "quantity_too_large"),
        (("1", ADA, LAMP, 1, "-0.01", DAY), "negative_price"),
        (("1", ADA, LAMP, 1, "dear", DAY), "invalid_price"),
        (("1", ADA, LAMP, 1, "0.005", DAY), "fraction_of_a_cent"),
        (("1", ADA, LAMP, 1, 1, "yesterday"), "invalid_date"),
        (("1", ADA, LAMP, 1, 1), "wrong_number_of_columns"),
        (("1" * 256, ADA, LAMP, 1, 1, DAY), "text_too_long"),
    ],
)
def test_a_bad_line_leaves_the_good_ones(tmp_path: Path, row: tuple[Any, ...], code: str) -> None:
    path = tmp_path / "rejects.csv"

    outcome = load(
        tmp_path,
        ("1", ADA, "BOWL", 1, "1", DAY),
        row,
        ("1", ADA, "BOWL", 2, "1", DAY),
        arguments=("--status", "DELIVERED", "--rejects", str(path)),
    )

    (rejected,) = rejects(path)
    assert (outcome.status, outcome.codes) == (3, {code: 1})
    assert (rejected["row_number"], rejected["reason_code"], rejected["sku"]) == ("3", code, row[2])
    assert lines("1") == [("BOWL", 3, 100)]


def test_an_order_without_a_good_line_is_not_imported(tmp_path: Path) -> None:
    outcome = load(tmp_path, ("1", ADA, "nothing", 1, 1, DAY), ("1", "nobody@example.com", LAMP, 1, 1, DAY))

    assert outcome.account["rejected"] == 2
    assert not Order.objects.exists()


def test_merged_units_and_totals_stay_in_bounds(tmp_path: Path) -> None:
    dear = [("2", ADA, sku, 1_000_000, 10**10, DAY) for sku in [f"DEAR-{number}" for number in range(10)]]
    for row in dear:
        ProductFactory(sku=row[2])

    outcome = load(tmp_path, *[("1", ADA, LAMP, 600_000, 1, DAY)] * 2, *dear)

    assert outcome.codes == {"quantity_too_large": 2, "total_too_large": 10}
    assert not Order.objects.exists()


def test_an_order_has_so_many_lines_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.services.importing.MOST_LINES", 1)

    outcome = load(
        tmp_path, ("1", ADA, "LAMP", 1, 1, DAY), ("1", ADA, "BOWL", 1, 1, DAY), ("2", ADA, "BOWL", 1, 1, DAY)
    )

    assert outcome.codes == {"too_many_lines": 2}
    assert Order.objects.get().external_ref == "2"


def test_dates_without_a_zone_are_in_the_business_zone(tmp_path: Path, settings: Any) -> None:
    settings.OMS_TIME_ZONE = "America/New_York"

    load(
        tmp_path, ("1", ADA, LAMP, 1, 1, "12/1/10 8:26"), arguments=("--status=SHIPPED", "--date-format=%m/%d/%y %H:%M")
    )

    assert Order.objects.get().created_at == datetime(2010, 12, 1, 13, 26, tzinfo=UTC)


def test_a_status_of_their_own_and_the_odd_line_out(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "o.csv",
        ("external_ref", "email", "sku", "quantity", "unit_price", "status"),
        ("1", ADA, "LAMP", 1, 1, "shipped"),
        ("1", ADA, "BOWL", 1, 1, "DELIVERED"),
        ("2", ADA, "BOWL", 1, 1, "cancelled"),
        ("3", ADA, "BOWL", 1, 1, "lost"),
        ("4", ADA, "BOWL", 1, 1, ""),
    )

    outcome = run_import("import_orders", path)

    assert outcome.codes == {"status_conflict": 1, "invalid_status": 2}
    assert dict(Order.objects.values_list("external_ref", "status")) == {"1": "SHIPPED", "2": "CANCELLED"}


# Stock


def test_open_orders_take_their_stock_and_who_comes_first_is_served_first(tmp_path: Path) -> None:
    outcome = load(
        tmp_path,
        ("1", ADA, "LAMP", 6, 1, DAY),
        ("2", ADA, "LAMP", 5, 1, DAY),
        ("2", ADA, "BOWL", 5, 1, DAY),
        ("3", ADA, "LAMP", 4, 1, DAY),
        ("3", ADA, "BOWL", 10, 1, DAY),
        arguments=(),
    )

    assert outcome.codes == {"insufficient_stock": 2}
    assert sorted(Order.objects.values_list("external_ref", "status", "takes_stock")) == [
        ("1", "PENDING", True),
        ("3", "PENDING", True),
    ]
    assert dict(Product.objects.values_list("sku", "stock_quantity")) == {"LAMP": 0, "BOWL": 0}
    assert StockMovement.objects.filter(kind="sale").count() == 3


@pytest.mark.parametrize(
    ("status", "arguments", "left"),
    [
        ("CONFIRMED", (), 8),
        ("SHIPPED", (), 10),
        ("SHIPPED", ("--take-stock",), 8),
        ("DELIVERED", ("--take-stock",), 8),
        ("CANCELLED", ("--take-stock",), 10),
    ],
)
def test_what_has_gone_takes_stock_only_when_asked(
    tmp_path: Path, status: str, arguments: tuple[str, ...], left: int
) -> None:
    load(tmp_path, ("1", ADA, "LAMP", 2, 1, DAY), arguments=("--status", status, *arguments))

    assert Product.objects.get(sku="LAMP").stock_quantity == left
    assert Order.objects.get().takes_stock == (left < 10)


def test_a_dry_run_over_many_batches_says_what_the_real_run_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MOST_GROUPS", 2)
    rows = [(str(number), ADA, "LAMP", 3, 1, DAY) for number in range(6)] + [("x", ADA, "none", 1, 1, DAY)]
    before = contents()

    rehearsed = load(tmp_path, *rows, arguments=("--dry-run",))
    untouched = contents()
    done = load(tmp_path, *rows, arguments=())

    assert untouched == before
    assert rehearsed.account == done.account == {"read": 7, "imported": 3, "skipped": 0, "rejected": 4}
    assert rehearsed.codes == done.codes == {"insufficient_stock": 3, "unknown_product": 1}


def test_every_statement_knows_where_to_look_however_much_is_staged(tmp_path: Path) -> None:
    """Statistics of the rows of earlier runs would have the planner read a whole run for every batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attstattarget FROM pg_attribute WHERE attname = 'run' AND attrelid = 'order_import_rows'::regclass"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("status", Order.Status.values)
def test_what_had_left_may_come_as_paid_in_full_on_its_date(status: str, tmp_path: Path) -> None:
    rows = [("1", ADA, "LAMP", 2, "2.50", DAY), ("2", ADA, "BOWL", 1, "0", DAY)]

    load(tmp_path, *rows, arguments=("--status", status, "--paid", "cash"))

    had_left = status in Order.HAVE_LEFT
    paid = Payment.objects.values_list("order__external_ref", "method", "amount_cents", "received_at", "recorded_by")
    when = datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert list(paid) == ([("1", "cash", 500, when, "command:import_orders")] if had_left else [])
    state = "paid" if had_left or status == "CANCELLED" else "unpaid"
    assert dict(Order.objects.values_list("external_ref", "payment_state")) == {"1": state, "2": "paid"}


def test_such_a_payment_can_be_refunded_and_without_the_word_none_is_made_up(tmp_path: Path) -> None:
    load(tmp_path, ("1", ADA, "LAMP", 2, "2.50", DAY), arguments=("--status", "SHIPPED", "--paid", "card"))
    load(tmp_path, ("2", ADA, "LAMP", 2, "2.50", DAY))
    payment = Payment.objects.get()

    refund_payment(payment.order_id, payment.pk, amount_cents=500, reason="Broken", actor=ACTOR)

    states = dict(Order.objects.values_list("external_ref", "payment_state"))
    assert states == {"1": "refunded", "2": "unpaid"}


def test_what_an_imported_order_sends_back_lies_on_the_shelf(tmp_path: Path) -> None:
    """Its goods left before the ledger began, and yet they are there now."""
    load(tmp_path, ("1", ADA, "LAMP", 3, "2.50", DAY))
    order = Order.objects.get()
    sent_back = run(lambda: services.request_return(order.pk, reason="Broken", actor=ACTOR)).sent_back[0].pk

    run(lambda: services.receive_return(order.pk, sent_back, disposition="restock", actor=ACTOR))

    assert Product.objects.get(sku="LAMP").stock_quantity == 13
    assert prove().broken == []
