"""A count by CSV: shown against what is expected, applied product by product, and once."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from common.actors import Actor
from orders.services import Line
from orders.tests.factories import OrderFactory
from products.models import Product, StockMovement
from products.services import adjust_stock
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
URL = "admin:products_product_count_file"


@pytest.fixture
def store(staff: Callable[[str], Client]) -> Client:
    return staff("warehouse")


def upload(browser: Client, content: bytes) -> Any:
    answer = browser.post(reverse(URL), {"file": SimpleUploadedFile("count.csv", content)})
    assert answer.status_code == 200
    return answer


def confirmed(page: Any, **fields: str) -> dict[str, Any]:
    """The form of a preview as its button sends it."""
    form = page.context["form"]
    hidden = {field.name: field.value() for field in form.hidden_fields()}
    counts = form.fields["counts"].prepare_value(form.initial["counts"])
    return {**hidden, "idempotency_key": str(hidden["idempotency_key"]), "counts": counts, "reason": "Monday", **fields}


def test_a_count_is_shown_against_what_is_expected_and_changes_nothing_yet(store: Client) -> None:
    tea, cup = ProductFactory(sku="TEA", stock_quantity=10), ProductFactory(sku="CUP", stock_quantity=4)
    OrderFactory(lines=[Line(quantity=3, product_id=tea.pk)])

    page = upload(store, b"\xef\xbb\xbfsku;counted\nTEA;12\nCUP;4\nNONE;1\nTEA2;x\n")

    assert page.context["form"].initial["counts"] == [(tea.pk, 10, 12), (cup.pk, 4, 4)]
    assert page.context["figures"] == "2 counted, 1 differ (by +2 in all), 2 rejected"
    assert [row for row, _ in page.context["rejects"]] == [4, 5]
    assert "NONE: There is no product with this SKU." in page.content.decode()
    assert StockMovement.objects.filter(kind="count").count() == 0


def test_what_was_shown_is_applied_once_and_a_product_that_moved_is_refused_by_itself(store: Client) -> None:
    ProductFactory(sku="TEA", stock_quantity=10)
    cup = ProductFactory(sku="CUP", stock_quantity=4)
    form = confirmed(upload(store, b"sku,counted\nTEA,12\nCUP,5\n"))
    adjust_stock(cup.pk, actor=Actor.command("test"), delta=-1, reason="broken")

    first, again = (store.post(reverse(URL), form).context for _ in range(2))

    assert [(each.name, each.is_done) for each in first["outcomes"]] == [("TEA", True), ("CUP", False)]
    assert "3 are on hand, not 4" in first["outcomes"][1].words
    assert "had been before" in again["outcomes"][0].words
    stocks = dict(Product.objects.values_list("sku", "stock_quantity"))
    assert stocks == {"TEA": 12, "CUP": 3}
    (row,) = StockMovement.objects.filter(kind="count")
    assert (row.delta, row.reason) == (2, "Monday")


def test_a_product_that_is_named_twice_is_not_guessed(store: Client) -> None:
    ProductFactory(sku="TEA")

    page = upload(store, b"sku,counted\nTEA,1\nTEA,2\n")

    assert [row for row, _ in page.context["rejects"]] == [2, 3] and page.context["cannot_go"]


def test_what_is_no_table_is_told_in_words(store: Client) -> None:
    bomb = gzip.compress(b"sku,counted\n" + b"A" * 21_000_000)
    for content, words in (
        (b"", "The file is empty"),
        (b"sku,number\nTEA,1\n", "No column for counted"),
        (b"sku,counted\nT\xe4E,1\n", "not UTF-8"),
        (b'sku,counted\n"TEA,1\n', "a quote is opened and never closed"),
        (b"PK\x03\x04\x00\x00", "No column for sku"),
        (b"\n\n", "it is empty"),
        (b"\x1f\x8b\x08rest", "gzip data are damaged"),
        (bomb, "more than 20 MB"),
        (b"sku,counted\n" + b"A" * 4_000_001, "a line is too long"),
        (b"A" * 5_000_001, "No file has arrived"),
        (b"sku,counted\n" + b"A,1\n" * 2_001, "A file may have 2,000 counts"),
    ):
        errors = upload(store, content).context["form"].errors["file"]
        assert words in errors[0], (content[:30], errors)
    assert store.post(reverse(URL), {}).context["form"].errors["file"]


def test_crafted_counts_are_refused(store: Client) -> None:
    form = {"idempotency_key": "6f0d6fd0-4e5c-4d7c-8a63-0f3b1c2d4e5f", "reason": "x"}
    for counts in ("", "1:2", "1:2:x", "1:2:-3", f"{2**70}:1:1", "1:1:1," * 2_001 + "1:1:1"):
        answer = store.post(reverse(URL), {**form, "counts": counts})
        assert answer.status_code == 200 and "outcomes" not in answer.context, counts
    unknown = store.post(reverse(URL), {**form, "counts": "999999:1:1"}).context["outcomes"]
    assert not unknown[0].is_done


def test_a_products_page_tells_its_stock_now_and_at_a_moment(store: Client) -> None:
    tea = ProductFactory(sku="TEA", stock_quantity=10)
    OrderFactory(lines=[Line(quantity=3, product_id=tea.pk)])
    address = reverse("admin:products_product_change", args=[tea.pk])

    def shown(query: str) -> str:
        return " ".join(store.get(f"{address}?{query}").content.decode().split())

    assert "<dt>On hand</dt><dd>10</dd>" in shown("") and "<dt>Reserved</dt><dd>3</dd>" in shown("")
    assert "<dt>On hand</dt><dd>0</dd>" in shown("as_of=2001-01-01T00:00")
    assert "What will be is not known." in shown("as_of=2999-01-01T00:00")
    assert "Enter a valid date/time." in shown("as_of=x%00")


def test_low_stock_is_marked_and_listed(store: Client) -> None:
    ProductFactory(sku="LOW", stock_quantity=2, reorder_level=2)
    ProductFactory(sku="MORE", stock_quantity=3, reorder_level=2)

    page = store.get(reverse("admin:products_product_changelist"), {"low_on_stock": "yes"})

    assert [product.sku for product in page.context["cl"].result_list] == ["LOW"]
    assert page.content.decode().count("state-low") == 1
