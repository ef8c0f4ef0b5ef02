"""Products come in from a catalogue, or from the lines of a shop's books, each with its first ledger row."""

from pathlib import Path
from typing import Any

import pytest

from common.tests.importing import run_import, write_csv
from events.models import Event
from products.models import Product, StockMovement
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

BOOK = ("sku", "description", "price", "quantity")


def imported(path: Path, *rows: tuple[Any, ...]) -> Product:
    run_import("import_products", write_csv(path / "p.csv", BOOK, *rows))
    return Product.objects.get()


def test_imports_a_catalogue_with_stock_ledger_and_event(tmp_path: Path) -> None:
    head = ("sku", "name", "description", "price", "stock_quantity", "reorder_level", "is_active")
    path = write_csv(tmp_path / "p.csv", head, (" A-1 ", "Lamp", "Brass", "12.50", "7", "2", "no"))

    outcome = run_import("import_products", path)

    product, movement, event = Product.objects.get(), StockMovement.objects.get(), Event.objects.get()
    assert outcome.status == 0
    assert [getattr(product, name) for name in Product.CATALOGUE] == ["A-1", "Lamp", "Brass", 1250, 2, False]
    assert (product.stock_quantity, product.stock_seq) == (7, 1)
    assert (movement.kind, movement.delta, movement.balance, movement.sequence) == ("initial", 7, 7, 1)
    assert (event.type, event.version) == ("product.created", 1)
    assert event.payload == {name: [None, getattr(product, name)] for name in Product.CATALOGUE}


def test_the_last_row_that_was_sold_at_a_price_is_taken(tmp_path: Path) -> None:
    product = imported(
        tmp_path,
        ("A", "Old", "1.00", "5"),
        ("A", "Lamp", "2.00", "1"),
        ("A", "gift", "0", "1"),
        ("A", "back", "9", "-1"),
    )

    assert (product.name, product.price_cents) == ("Lamp", 200)


def test_without_such_a_row_the_last_description_is_taken_and_it_is_free(tmp_path: Path) -> None:
    product = imported(tmp_path, ("A", "Old", "0", "5"), ("A", "damaged", "7.00", "-1"), ("A", "", "0", "1"))

    assert (product.name, product.price_cents) == ("damaged", 0)


def test_without_any_description_the_sku_is_its_name(tmp_path: Path) -> None:
    assert imported(tmp_path, ("A", "", "0", "5")).name == "A"


def test_a_known_sku_is_skipped_and_nothing_is_changed_but_case_matters(tmp_path: Path) -> None:
    known = ProductFactory(sku="A", name="Lamp", stock_quantity=3)

    outcome = run_import(
        "import_products", write_csv(tmp_path / "p.csv", BOOK, ("A", "X", "1", "1"), ("a", "Y", "1", "1"))
    )

    assert outcome.account == {"read": 2, "imported": 1, "skipped": 1, "rejected": 0}
    assert Product.objects.filter(pk=known.pk, name="Lamp", version=1, stock_seq=1).exists()
    assert Product.objects.filter(sku="a", name="Y").exists()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("", "Lamp", "1", "1", ""), "no_sku"),
        (("A", "Lamp", "one", "1", ""), "invalid_price"),
        (("A", "Lamp", "-1", "1", ""), "negative_price"),
        (("A", "Lamp", "0.001", "1", ""), "fraction_of_a_cent"),
        (("A", "L" * 256, "1", "1", ""), "text_too_long"),
        (("A" * 256, "Lamp", "1", "1", ""), "text_too_long"),
        (("A", "La\0mp", "1", "1", ""), "invalid_text"),
        (("A", "Lamp", "1", "1", "-1"), "invalid_stock_quantity"),
    ],
)
def test_a_bad_row_is_rejected_and_the_next_is_taken(tmp_path: Path, row: tuple[str, ...], code: str) -> None:
    path = write_csv(tmp_path / "p.csv", (*BOOK, "stock_quantity"), row, ("B", "Bowl", "2", "1", "4"))

    outcome = run_import("import_products", path)

    assert (outcome.status, outcome.codes) == (3, {code: 1})
    assert Product.objects.get().sku == "B"


def test_more_products_than_fit_into_a_batch(tmp_path: Path) -> None:
    rows = [(f"SKU-{number}", "Lamp", "1", "1") for number in range(1_203)]

    outcome = run_import("import_products", write_csv(tmp_path / "p.csv", BOOK, *rows))

    assert outcome.account["imported"] == Product.objects.count() == 1_203
