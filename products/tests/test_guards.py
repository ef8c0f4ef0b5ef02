"""What the database refuses of products and their ledger, whoever asks."""

import pytest
from django.db import IntegrityError, connection, transaction

from common.tests.attacks import attack, refusal
from products.models import Product, StockMovement
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

FOREIGN_KEY = "23503"
HEAD = "UPDATE products SET stock_quantity = {balance}, stock_seq = {sequence} WHERE id = {{id}}"
ROW = (
    "INSERT INTO stock_movements (product_id, sequence, delta, balance, kind, actor, reason)"
    " VALUES ({product}, {sequence}, {delta}, {balance}, 'receipt', 'attacker', '')"
)
PRODUCT = (
    "INSERT INTO products (sku, name, description, price_cents, stock_quantity, stock_seq, reorder_level, is_active,"
    " version) VALUES ('{sku}', 'n', '', {price}, {stock}, {sequence}, 0, true, 1)"
)


def head(*, balance: int, sequence: int) -> str:
    return HEAD.format(balance=balance, sequence=sequence)


def row(*, sequence: int, delta: int, balance: int, product: str = "{id}") -> str:
    return ROW.format(product=product, sequence=sequence, delta=delta, balance=balance)


def new(*, sku: str = "NEW", price: int = 1, stock: int = 0, sequence: int = 0) -> str:
    return PRODUCT.format(sku=sku, price=price, stock=stock, sequence=sequence)


# Every attack is on a product with ten in stock and a ledger of one row.
ATTACKS = {
    "stock below zero": (head(balance=-1, sequence=1), "products_stock_not_negative"),
    "stock without a ledger row": (head(balance=11, sequence=1), "products_stock_is_ledger"),
    "sequence without a ledger row": (head(balance=10, sequence=2), "products_stock_is_ledger"),
    "sequence set back": (head(balance=0, sequence=0), "products_stock_is_ledger"),
    "ledger row without stock": (row(sequence=2, delta=1, balance=11), "products_stock_is_ledger"),
    "head and ledger apart": (
        head(balance=12, sequence=2) + ";" + row(sequence=2, delta=1, balance=11),
        "products_stock_is_ledger",
    ),
    "wrong balance": (
        head(balance=15, sequence=2) + ";" + row(sequence=2, delta=4, balance=15),
        "stock_movements_balance_follows",
    ),
    "gap in the sequence": (
        head(balance=11, sequence=3) + ";" + row(sequence=3, delta=1, balance=11),
        "stock_movements_balance_follows",
    ),
    "gap below a right head": (
        head(balance=12, sequence=4)
        + ";"
        + row(sequence=3, delta=1, balance=11)
        + ";"
        + row(sequence=4, delta=1, balance=12),
        "stock_movements_balance_follows",
    ),
    "two rows of one number": (row(sequence=1, delta=1, balance=11), "stock_movements_sequence_unique"),
    "row number zero": (row(sequence=0, delta=1, balance=1), "stock_movements_sequence_positive"),
    "row of nothing": (row(sequence=2, delta=0, balance=10), "stock_movements_delta_not_zero"),
    "negative balance": (row(sequence=2, delta=-11, balance=-1), "stock_movements_balance_not_negative"),
    "row of an unknown product": (row(sequence=1, delta=1, balance=1, product="0"), FOREIGN_KEY),
    "ledger row changed": (
        "UPDATE stock_movements SET reason = 'x' WHERE product_id = {id}",
        "stock_movements_append_only",
    ),
    "no ledger row changed": ("UPDATE stock_movements SET delta = 1 WHERE false", "stock_movements_append_only"),
    "ledger row deleted": ("DELETE FROM stock_movements WHERE product_id = {id}", "stock_movements_append_only"),
    "no ledger row deleted": ("DELETE FROM stock_movements WHERE false", "stock_movements_append_only"),
    "product without a ledger row": (new(), "products_stock_is_ledger"),
    "product with stock from nowhere": (new(stock=5, sequence=1), "products_stock_is_ledger"),
    "product with a ledger deleted": ("DELETE FROM products WHERE id = {id}", FOREIGN_KEY),
    "the same SKU": (new(sku="TAKEN"), "products_sku_unique"),
    "no SKU": (new(sku=""), "products_sku_present"),
    "negative price": (new(price=-1), "products_price_not_negative"),
    "negative reorder level": (
        "UPDATE products SET reorder_level = -1 WHERE id = {id}",
        "products_reorder_level_not_negative",
    ),
    "version zero": ("UPDATE products SET version = 0 WHERE id = {id}", "products_version_positive"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_refuses(name: str) -> None:
    statements, constraint = ATTACKS[name]
    product = ProductFactory(sku="TAKEN", stock_quantity=10)

    assert refusal(statements.format(id=product.pk)) == constraint
    assert StockMovement.objects.get(product=product).balance == Product.objects.get(pk=product.pk).stock_quantity


TAKE_ONE, ONE_TAKEN = head(balance=9, sequence=2), row(sequence=2, delta=-1, balance=9)
TAKE_TWO, TWO_TAKEN = head(balance=8, sequence=3), row(sequence=3, delta=-1, balance=8)
ROLLED_BACK = {
    "head undone, ledger row stays": ["SAVEPOINT s", TAKE_ONE, "ROLLBACK TO s", ONE_TAKEN],
    "ledger row undone, head stays": ["SAVEPOINT s", ONE_TAKEN, "ROLLBACK TO s", TAKE_ONE],
    "head undone after its row": [ONE_TAKEN, "SAVEPOINT s", TAKE_ONE, "ROLLBACK TO s"],
    "ledger row undone after its head": [TAKE_ONE, "SAVEPOINT s", ONE_TAKEN, "ROLLBACK TO s"],
    "second head undone": [TAKE_ONE, ONE_TAKEN, "SAVEPOINT s", TAKE_TWO, "ROLLBACK TO s", TWO_TAKEN],
    "second row undone": [TAKE_ONE, ONE_TAKEN, "SAVEPOINT s", TWO_TAKEN, "ROLLBACK TO s", TAKE_TWO],
    "first row undone, second stays": [
        "SAVEPOINT s", TAKE_ONE, ONE_TAKEN, "ROLLBACK TO s", TAKE_TWO, TWO_TAKEN,
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", ROLLED_BACK)
def test_a_savepoint_cannot_part_stock_from_its_ledger(name: str) -> None:
    product = ProductFactory(stock_quantity=10)

    constraint = refusal(";".join(ROLLED_BACK[name]).format(id=product.pk))

    assert constraint in ("products_stock_is_ledger", "stock_movements_balance_follows")


def test_accepts_stock_that_moves_together_with_its_ledger() -> None:
    product = ProductFactory(stock_quantity=10)

    attack(f"SAVEPOINT s; {TAKE_TWO}; ROLLBACK TO s; {TAKE_ONE}; {ONE_TAKEN}".format(id=product.pk))

    assert Product.objects.get(pk=product.pk).stock_quantity == 9


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["stock without a ledger row", "ledger row without stock"])
def test_the_guard_has_its_say_at_commit(name: str) -> None:
    product = ProductFactory(stock_quantity=10)

    with pytest.raises(IntegrityError, match="ledger"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ATTACKS[name][0].format(id=product.pk))

    assert Product.objects.get(pk=product.pk).stock_quantity == 10
    assert StockMovement.objects.filter(product=product).count() == 1
