"""What can be done with products: the catalogue is changed, stock moves by documents, and every change is told once."""

from collections.abc import Callable
from typing import Any

import pytest

from common.actors import Actor
from common.errors import DomainError, Duplicate, InvalidInput, NotFound, StaleVersion
from common.tests.contents import contents
from common.transactions import run
from events.models import Event
from products import services
from products.errors import InsufficientStock, StockMismatch
from products.models import Product, StockMovement
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp() -> Product:
    return ProductFactory(sku="LAMP", name="Lamp", price_cents=500, stock_quantity=10)


def last_event(product: Product) -> Event:
    return Event.objects.filter(aggregatetype="product", aggregateid=product.pk).latest("version")


def last_movement(product: Product) -> StockMovement:
    return product.movements.latest("sequence")


def test_a_new_product_has_its_first_ledger_row_and_event(actor: Actor) -> None:
    product = services.create_product(actor=actor, sku="A", name="Lamp", price_cents=5, stock_quantity=7)

    movement, event = last_movement(product), last_event(product)
    assert (product.stock_quantity, product.stock_seq, product.version) == (7, 1, 1)
    assert (movement.sequence, movement.delta, movement.balance, movement.kind) == (1, 7, 7, "initial")
    assert (event.type, event.version, event.actor, event.personal) == ("product.created", 1, actor.name, None)
    assert event.payload == {
        "sku": [None, "A"],
        "name": [None, "Lamp"],
        "description": [None, ""],
        "price_cents": [None, 5],
        "reorder_level": [None, 0],
        "is_active": [None, True],
    }


def test_a_product_without_stock_has_a_ledger_too(actor: Actor) -> None:
    product = services.create_product(actor=actor, sku="A", name="Lamp", price_cents=0)

    assert (last_movement(product).delta, last_movement(product).balance) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_taken_sku_is_a_duplicate_and_its_case_matters(actor: Actor, lamp: Product) -> None:
    ProductFactory(sku="lamp")
    before = contents()

    for act in (
        lambda: ProductFactory(sku="LAMP"),
        lambda: services.change_product(Product.objects.get(sku="lamp").pk, actor=actor, sku="LAMP"),
    ):
        with pytest.raises(Duplicate) as refusal:
            run(act)
        assert refusal.value.errors[0].pointer == "/sku"
    assert contents() == before


def test_a_change_tells_old_and_new_of_what_changed_alone(actor: Actor, lamp: Product) -> None:
    changed = services.change_product(lamp.pk, actor=actor, name="Lantern", price_cents=500, is_active=False)

    stored = Product.objects.get(pk=lamp.pk)
    assert (stored.name, stored.is_active, stored.version, stored.stock_seq) == ("Lantern", False, 2, 1)
    assert (changed.version, changed.updated_at) == (2, stored.updated_at)
    assert stored.updated_at > lamp.created_at
    assert last_event(lamp).type == "product.changed"
    assert last_event(lamp).payload == {"name": ["Lamp", "Lantern"], "is_active": [True, False]}


@pytest.mark.parametrize("fields", [{}, {"name": "Lamp"}, {"name": "Lamp", "price_cents": 500, "is_active": True}])
def test_a_change_to_what_it_is_already_records_nothing(actor: Actor, lamp: Product, fields: dict[str, Any]) -> None:
    before = contents()

    assert services.change_product(lamp.pk, actor=actor, **fields).version == 1
    assert contents() == before


@pytest.mark.parametrize("delta", [5, -3, -10])
def test_an_adjustment_moves_stock_ledger_and_version_together(actor: Actor, lamp: Product, delta: int) -> None:
    adjusted = services.adjust_stock(lamp.pk, actor=actor, delta=delta, reason="broken")

    movement, stored = last_movement(lamp), Product.objects.get(pk=lamp.pk)
    assert stored.stock_quantity == adjusted.stock_quantity == 10 + delta
    assert (stored.version, stored.stock_seq) == (adjusted.version, adjusted.stock_seq) == (2, 2)
    assert (movement.delta, movement.balance, movement.kind, movement.reason, movement.actor, movement.order_id) == (
        delta,
        10 + delta,
        "adjustment",
        "broken",
        actor.name,
        None,
    )
    assert last_event(lamp).payload == {
        "delta": delta,
        "balance": 10 + delta,
        "kind": "adjustment",
        "reason": "broken",
        "reason_code": "",
    }


def test_a_receipt_is_of_its_own_kind(actor: Actor, lamp: Product) -> None:
    services.adjust_stock(lamp.pk, actor=actor, delta=5, reason="delivery 7", kind=services.Kind.RECEIPT)

    assert (last_movement(lamp).kind, last_event(lamp).payload["kind"]) == ("receipt", "receipt")


def test_stock_is_set_to_a_number_if_it_is_what_was_believed(actor: Actor, lamp: Product) -> None:
    done = services.set_stock(lamp.pk, actor=actor, set_to=4, expected=10, reason="corrected")

    assert (done.stock_quantity, last_movement(lamp).delta, done.version) == (4, -6, 2)


def test_setting_the_stock_to_what_it_is_records_nothing(actor: Actor, lamp: Product) -> None:
    before = contents()

    assert services.set_stock(lamp.pk, actor=actor, set_to=10, expected=10, reason="corrected").version == 1
    assert contents() == before


Act = Callable[[int, Actor], Any]
REFUSED: dict[str, tuple[Act, type[DomainError]]] = {
    "more than there is": (
        lambda pk, actor: services.adjust_stock(pk, actor=actor, delta=-11, reason="x"), InsufficientStock,
    ),
    "nothing": (lambda pk, actor: services.adjust_stock(pk, actor=actor, delta=0, reason="x"), InvalidInput),
    "more than can be kept": (
        lambda pk, actor: services.adjust_stock(pk, actor=actor, delta=services.MOST_STOCK, reason="x"), InvalidInput,
    ),
    "another belief": (
        lambda pk, actor: services.set_stock(pk, actor=actor, set_to=5, expected=9, reason="x"), StockMismatch,
    ),
    "an old version to adjust": (
        lambda pk, actor: services.adjust_stock(pk, actor=actor, delta=1, reason="x", expected_version=9),
        StaleVersion,
    ),
    "an old version to set": (
        lambda pk, actor: services.set_stock(
            pk, actor=actor, set_to=5, expected=10, reason="x", expected_version=9
        ),
        StaleVersion,
    ),
    "an old version to change": (
        lambda pk, actor: services.change_product(pk, actor=actor, name="x", expected_version=9), StaleVersion,
    ),
    "an unknown product to adjust": (
        lambda pk, actor: services.adjust_stock(0, actor=actor, delta=1, reason="x"), NotFound,
    ),
    "an unknown product to set": (
        lambda pk, actor: services.set_stock(0, actor=actor, set_to=1, expected=1, reason="x"), NotFound,
    ),
    "an unknown product to change": (
        lambda pk, actor: services.change_product(0, actor=actor, name="x"), NotFound,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_and_changes_nothing(actor: Actor, lamp: Product, name: str) -> None:
    act, error = REFUSED[name]
    before = contents()

    with pytest.raises(error):
        run(lambda: act(lamp.pk, actor))

    assert contents() == before


def test_a_refusal_says_what_was_asked_and_what_there_is(actor: Actor, lamp: Product) -> None:
    with pytest.raises(InsufficientStock) as refusal:
        services.adjust_stock(lamp.pk, actor=actor, delta=-11, reason="x")

    assert refusal.value.facts["items"] == [
        {"product_id": lamp.pk, "sku": "LAMP", "code": "insufficient_stock", "requested": 11, "available": 10}
    ]


@pytest.mark.django_db(transaction=True)
def test_stock_beyond_a_bigint_is_refused_in_words(actor: Actor) -> None:
    full = ProductFactory(stock_quantity=2**63 - 1)
    before = contents()
    too_much = [services.Movement(full.pk, 1)]

    with pytest.raises(InvalidInput):
        run(lambda: services.move_stock(too_much, kind=services.Kind.RECEIPT, actor=actor))

    assert contents() == before


def test_products_low_on_stock_are_those_at_their_reorder_level_and_still_sold() -> None:
    low = ProductFactory(stock_quantity=5, reorder_level=5)
    ProductFactory(stock_quantity=6, reorder_level=5)
    ProductFactory(stock_quantity=0, reorder_level=5, is_active=False)

    assert [product.pk for product in Product.objects.low_on_stock()] == [low.pk]
