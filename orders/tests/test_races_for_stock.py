"""Orders, receipts and counts after the same stock: each race with its control."""

from itertools import count

import pytest

from common.tests.racing import Meeting, codes, meet_after, race, watch_states
from events.models import Event
from orders import services
from orders.services import Line, counting, demand, editing, placing
from orders.tests.factories import OrderFactory
from orders.tests.rivals import adds_up, adjusting_of, available, counting_of, editing_of, placing_of, unlocked
from products.models import Product, ProductQuerySet
from products.services import acts as product_services
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def product() -> Product:
    return ProductFactory(stock_quantity=5)


# The last unit


def race_for_the_last_unit(monkeypatch: pytest.MonkeyPatch, patience: float) -> list[str]:
    product = ProductFactory(stock_quantity=1)
    acts = [placing_of(Line(1, product.pk)) for _ in range(2)]
    meet_after(monkeypatch, placing, "require_available", Meeting(patience=patience))

    return codes(race(*acts))


def test_one_of_two_gets_the_last_unit_and_the_other_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race_for_the_last_unit(monkeypatch, 0.25) == ["done", "insufficient_stock"]


def test_control_without_the_lock_both_see_the_last_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProductQuerySet, "locked", unlocked)

    # Both looked and found one: only the last guard, the constraint, still stands.
    assert race_for_the_last_unit(monkeypatch, 10) == ["done", "validation_error"]


def test_many_never_sell_more_than_there_is(product: Product) -> None:
    outcomes = race(*[placing_of(Line(1, product.pk)) for _ in range(12)])

    assert codes(outcomes) == ["done"] * 5 + ["insufficient_stock"] * 7
    assert available(product) == 0


# Opposite order of lines


def test_lines_in_opposite_order_never_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    products = [ProductFactory(stock_quantity=100) for _ in range(6)]
    lines = [Line(1, product.pk) for product in products]
    turns = [lines, lines[::-1], lines[3:] + lines[:3], lines[::-2] + lines[::2]]
    states = watch_states(monkeypatch)

    for _ in range(3):
        assert codes(race(*[placing_of(*turn) for turn in turns * 2])) == ["done"] * 8

    assert states == []
    assert {available(product) for product in products} == {76}


def test_control_unsorted_locks_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = ProductFactory(), ProductFactory()
    meeting, turn = Meeting(patience=10), count()

    def one_by_one(*, ids: set[int], skus: set[str]) -> list[Product]:
        locked = []
        attempt = next(turn)
        for product_id in sorted(ids, reverse=attempt == 1):
            locked.append(Product.objects.locked().get(pk=product_id))
            if attempt < 2 and len(locked) == 1:
                meeting.wait()
        return locked

    monkeypatch.setattr(demand, "lock_products", one_by_one)
    states = watch_states(monkeypatch)

    outcomes = race(*[placing_of(Line(1, first.pk), Line(1, second.pk)) for _ in range(2)])

    assert states == ["40P01"]
    assert codes(outcomes) == ["done", "done"]  # the one that was chosen to yield was tried again


# Edit and a new order, for the last units


def race_for_the_last_units(monkeypatch: pytest.MonkeyPatch, product: Product, patience: float) -> list[str]:
    order = OrderFactory(lines=[Line(2, product.pk)])
    meeting = Meeting(patience=patience)
    meet_after(monkeypatch, editing, "require_available", meeting)
    meet_after(monkeypatch, placing, "require_available", meeting)

    return codes(race(editing_of(order, Line(5, product.pk)), placing_of(Line(3, product.pk))))


def test_an_edit_and_a_new_order_share_the_last_units(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    assert race_for_the_last_units(monkeypatch, product, 0.25) == ["done", "insufficient_stock"]
    assert available(product) == 0 and adds_up(product, 5)


def test_control_without_the_lock_both_see_the_last_units(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    monkeypatch.setattr(ProductQuerySet, "locked", unlocked)

    assert race_for_the_last_units(monkeypatch, product, 10) == ["done", "validation_error"]


# Receipts and orders


def race_to_receive_and_order(monkeypatch: pytest.MonkeyPatch, product: Product, patience: float) -> list[str]:
    meet_after(monkeypatch, product_services, "lock_product", Meeting(patience=patience))
    orders = [placing_of(Line(1, product.pk)) for _ in range(5)]

    return codes(race(adjusting_of(product, 7), adjusting_of(product, 4), *orders))


def test_receipts_and_orders_add_up(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    assert race_to_receive_and_order(monkeypatch, product, 0.25) == ["done"] * 7

    received = Product.objects.get(pk=product.pk)
    assert (received.stock_quantity, received.version, received.stock_seq) == (11, 3, 8)
    assert Event.objects.filter(aggregatetype="product", aggregateid=product.pk).count() == 3
    assert adds_up(product, 16)


def test_control_without_the_lock_one_receipt_overtakes_the_other(
    monkeypatch: pytest.MonkeyPatch, product: Product
) -> None:
    monkeypatch.setattr(ProductQuerySet, "locked", unlocked)

    assert "duplicate" in race_to_receive_and_order(monkeypatch, product, 10)


# A product counted while it is being sold


def test_a_count_and_orders_leave_what_was_counted(product: Product) -> None:
    outcomes = race(counting_of(product, 9, expected=5), *[placing_of(Line(1, product.pk)) for _ in range(5)])

    assert codes(outcomes) == ["done"] * 6
    assert available(product) + services.reserved_units(product.pk) == 9


def race_to_count_and_order(monkeypatch: pytest.MonkeyPatch, product: Product, patience: float) -> list[str]:
    """An order is placed between the two looks of a count: at what is available, and at what is reserved."""
    meeting, place = Meeting(patience=patience), placing_of(Line(1, product.pk))
    meet_after(monkeypatch, counting, "lock_product", meeting)

    def place_and_meet() -> None:
        place()
        meeting.wait()

    return codes(race(counting_of(product, 9, expected=5), place_and_meet))


def test_a_count_looks_at_one_moment(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    assert race_to_count_and_order(monkeypatch, product, 0.25) == ["done", "done"]
    assert available(product) == 8


def test_control_without_the_lock_a_unit_is_counted_twice(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    monkeypatch.setattr(ProductQuerySet, "locked", unlocked)

    assert race_to_count_and_order(monkeypatch, product, 10) == ["done", "stock_mismatch"]
