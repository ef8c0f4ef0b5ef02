"""The rollups: exact wherever the worker stands, in whatever order orders change, and proved against the log."""

import random
import threading
import time
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F

from common.actors import Actor
from common.errors import Busy
from common.tests.racing import Meeting, meet_after, race
from common.transactions import run
from events.models import Event
from events.services import START, Batch, consuming, hold_consumer, lags, rebase
from events.tests.storm import read_all, take_xid
from oms.verification import prove
from orders import services
from orders.models import Order
from orders.services import Line
from orders.tests.factories import ACTOR, OrderFactory, move_to
from products.tests.factories import ProductFactory
from reporting import consumers, rebuilding, rollups
from reporting.invariants import INVARIANTS
from reporting.models import ProductMonth, ProductTotal, RollupZone, SalesDay, SalesQuarter
from reporting.parameters import read
from reporting.rebuilding import rebuild
from reporting.reports import REPORTS
from reporting.reports.figures import FIGURE_COLUMNS
from reporting.rollups import CONSUMER, Rollup, add, advance
from reporting.services import answer
from reporting.tests.asking import rows as ask
from reporting.tests.books import PATHS, by_order, by_product, local_date, read_book, set_created_at
from reporting.tests.rolling import behind, catch_up, roll_up

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report", "migration"])

NOON = datetime(2024, 5, 31, 12, tzinfo=UTC)
KATHMANDU = "Asia/Kathmandu"


def figures(name: str, key: str, **given: str) -> dict[Any, dict[str, int]]:
    """What a report says, but for what is no figure."""
    rows = {row[key]: row for row in ask(name, **given)}
    return {key: {name: row[name] for name in FIGURES} for key, row in rows.items()}


FIGURES = [column.name for column in FIGURE_COLUMNS]


def assert_exact() -> None:
    book = read_book()
    for zone in ("UTC", KATHMANDU):
        assert figures("sales", "starts_on", tz=zone) == by_order(book, lambda o, zone=zone: local_date(o, zone))  # type: ignore[misc]
        assert figures("products", "product_id", tz=zone) == by_product(book)
        for first in (date(2024, 6, 1), date(2024, 6, 2)):  # from the months, and from the orders
            late = [order for order in book if local_date(order, zone) >= first]
            assert figures("products", "product_id", tz=zone, **{"from": str(first)}) == by_product(late)


def test_figures_are_exact_whatever_happens_to_orders_and_wherever_the_worker_stands() -> None:
    dice = random.Random(3)
    products = [ProductFactory(price_cents=price, stock_quantity=10_000).pk for price in (1, 999, 12_345)]
    consumers.keep_business_days()
    open_orders: list[Order] = []
    for number in range(40):
        lines = [Line(dice.randint(1, 9), product) for product in dice.sample(products, dice.randint(1, 3))]
        choice = dice.random()
        if choice < 0.4 or not open_orders:
            open_orders.append(OrderFactory(lines=lines))
            set_created_at(open_orders[-1].pk, NOON + timedelta(minutes=dice.randint(-3_000, 3_000)))
        elif choice < 0.8:
            services.edit_items(dice.choice(open_orders).pk, lines=lines, actor=ACTOR)
        else:
            gone = open_orders.pop(dice.randrange(len(open_orders)))
            for act in PATHS[dice.choice([Order.Status.CANCELLED, Order.Status.SHIPPED])]:
                act(gone.pk, actor=ACTOR)
        if number % 5 == 4:
            roll_up(dice.randint(0, behind()))
            assert_exact()

    catch_up()
    assert_exact()
    assert rebuild() == 0
    assert prove().broken == []


def test_what_was_committed_a_moment_ago_is_reported_although_the_worker_may_not_read_it_yet() -> None:
    with transaction.atomic():
        take_xid()  # and do nothing: the fence stays before everything that follows
        race(OrderFactory)
        assert race(advance) == [False]
        assert [row["orders"] for row in ask("sales")] == [1]
        assert not SalesQuarter.objects.exists()

    catch_up()
    assert [row["orders"] for row in ask("sales")] == [1]
    assert SalesQuarter.objects.exists()


def test_place_rollups_and_tail_are_of_one_moment() -> None:
    OrderFactory()
    question = read(REPORTS["sales"], {})

    with answer(question) as found:
        race(OrderFactory)
        catch_up()
        then = [row[2] for row in found.rows]

    assert (then, [row["orders"] for row in ask("sales")]) == ([1], [2])


@pytest.mark.parametrize("protected", [True, False], ids=["as it is", "control without the claim"])
def test_of_two_workers_one_stands_by(monkeypatch: pytest.MonkeyPatch, protected: bool) -> None:
    OrderFactory()
    read_all(expected=Event.objects.count())
    run(partial(hold_consumer, CONSUMER))  # its place in the log is written down
    if not protected:
        monkeypatch.setattr(consuming, "_claim", lambda consumer: START)
    meet_after(monkeypatch, consuming, "_claim", Meeting(patience=60))  # neither adds before both have looked

    race(advance, advance)

    assert (ask("sales")[0]["orders"] == 1, rebuild() == 0) == (protected, protected)


def test_no_event_comes_twice_or_is_lost_when_the_log_begins_another_epoch() -> None:
    order = OrderFactory()
    catch_up()
    edited = OrderFactory()
    rebase()
    move_to(order, Order.Status.CANCELLED)
    services.edit_items(edited.pk, lines=[Line(5, edited.lines[0].product_id)], actor=ACTOR)

    assert [(row["orders"], row["units"], row["net_units"]) for row in ask("sales")] == [(2, 7, 5)]
    catch_up()
    assert [(row["orders"], row["units"], row["net_units"]) for row in ask("sales")] == [(2, 7, 5)]
    assert rebuild() == 0


def test_the_lag_of_the_rollups_is_told_with_that_of_every_consumer() -> None:
    OrderFactory()
    catch_up()
    OrderFactory()

    assert [(lag.consumer, lag.behind) for lag in lags()] == [(CONSUMER, 3)]  # customer, product, order


# The days of the business


def test_a_new_business_zone_is_noticed_and_its_days_are_kept_from_then_on(settings: Any) -> None:
    set_created_at(OrderFactory().pk, datetime(2024, 5, 31, 18, 15, tzinfo=UTC))  # June has begun in Kathmandu
    consumers.keep_business_days()
    catch_up()
    before = ask("sales", tz=KATHMANDU), ask("products", tz=KATHMANDU)

    settings.OMS_TIME_ZONE = KATHMANDU
    consumers.keep_business_days()

    assert set(RollupZone.objects.filter(is_whole=True).values_list("zone", flat=True)) == {"UTC", KATHMANDU}
    days = SalesDay.objects.order_by("day").values_list("zone", "day", "orders")
    assert list(days) == [("UTC", date(2024, 5, 31), 1), (KATHMANDU, date(2024, 6, 1), 1)]
    assert list(ProductMonth.objects.filter(zone=KATHMANDU).values_list("month", "units")) == [(date(2024, 6, 1), 2)]
    assert (ask("sales", tz=KATHMANDU), ask("products", tz=KATHMANDU)) == before
    assert rebuild() == 0


def test_the_days_of_the_business_are_read_only_once_they_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    OrderFactory()
    catch_up()
    monkeypatch.setattr(rebuilding, "_put_right", stop)

    with pytest.raises(Busy):
        rebuild()

    assert RollupZone.objects.get().is_whole is False
    assert [row["orders"] for row in ask("sales")] == [1]


@pytest.mark.parametrize("held", [True, False], ids=["as it is", "control without holding the worker"])
def test_what_was_added_by_a_batch_that_did_not_know_the_new_zone_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    OrderFactory()
    working, kept = threading.Event(), threading.Event()

    def add_slowly(batch: Batch) -> None:
        add(batch)
        working.set()
        kept.wait(0.3 if held else 30)

    def keep_meanwhile() -> None:
        assert working.wait(30)
        consumers.keep_business_days()
        kept.set()

    read_all(expected=Event.objects.count())
    monkeypatch.setattr(rollups, "add", add_slowly)
    if not held:
        run(partial(hold_consumer, CONSUMER))
        monkeypatch.setattr(rollups, "hold_consumer", lambda consumer: None)

    race(advance, keep_meanwhile)

    assert behind() == 0 and RollupZone.objects.get().is_whole
    assert [row["orders"] for row in ask("sales")] == ([1] if held else [])


def stop(rollup: Rollup, *, actor: Actor) -> int:
    raise Busy("Not now.")


# The proof against the log


def damage() -> None:
    """Every kind of wrong row: one that says something else, one that is missing, one too many."""
    SalesDay.objects.update(units=F("units") + 1)
    ProductMonth.objects.all().delete()
    ProductTotal.objects.update(cancelled_orders=F("cancelled_orders") - 1)
    wrong = SalesQuarter.objects.get()
    wrong.starts_at = datetime(1999, 1, 1, tzinfo=UTC)
    wrong.save(force_insert=True)


def test_a_rebuild_finds_no_difference_where_there_is_none_and_puts_right_what_differs() -> None:
    OrderFactory(status=Order.Status.CANCELLED)
    consumers.keep_business_days()
    catch_up()
    sound = ask("sales"), ask("products")
    assert rebuild_by_command() == (0, "The rollups say what the log says.\n")

    damage()

    assert (ask("sales"), ask("products")) != sound
    assert {finding.invariant for finding in prove().broken} == set(INVARIANTS)
    wrong = state()
    status, text = rebuild_by_command()
    assert (status, text.startswith("4 rows of the rollups differed")) == (3, True)
    assert (ask("sales"), ask("products")) == sound
    told = Event.objects.filter(type="rollups.put_right").order_by("version").values_list("version", "payload", "actor")
    assert [(version, payload["rows"], actor) for version, payload, actor in told] == [
        (version, 1, "command:report") for version in (1, 2, 3, 4)
    ]
    assert state() != wrong  # who holds a wrong answer is not told that nothing has changed
    assert rebuild_by_command()[0] == 0


def state() -> int:
    with answer(read(REPORTS["sales"], {})) as found:
        return found.state


def rebuild_by_command() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("report", "rebuild", stdout=out)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_what_a_rebuild_found_is_put_right_although_the_worker_went_on_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = OrderFactory()
    consumers.keep_business_days()
    catch_up()
    damage()
    set_created_at(OrderFactory().pk, order.created_at)
    # The statement waits in the middle for the worker, who has changed one of the rows that it is about to change.
    working = threading.Event()

    def add_slowly(batch: Batch) -> None:
        add(batch)
        working.set()
        time.sleep(0.3)

    monkeypatch.setattr(rollups, "add", add_slowly)

    def rebuild_meanwhile() -> int:
        assert working.wait(30)
        return run(partial(rebuilding._put_right, rollups.DAYS, actor=ACTOR))

    _, differences = race(catch_up, rebuild_meanwhile)

    assert differences == 1
    assert SalesDay.objects.get().units == 4


def test_two_rebuilds_do_not_both_add_what_is_missing() -> None:
    consumers.keep_business_days()

    def one_of_two() -> list[Any]:
        rebuilding._be_the_only_one(connection.cursor())
        return race(rebuild)

    (refused,) = run(one_of_two)

    assert isinstance(refused, Busy)
