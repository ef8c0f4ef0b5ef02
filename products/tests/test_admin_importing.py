"""A file of products as a page: rehearsed, looked over, and imported once and whole."""

import csv
import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.models import ImportRun
from customers.models import Customer
from events.models import Event
from products.consumers import JOBS
from products.models import Product, ProductImportRow, StockMovement
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
URL = "admin:products_product_import"
FILE = b"sku,name,price,stock_quantity\nTEA,Tea,12.50,7\nCUP,Cup,3,0\nKNOWN,New name,1,1\nBAD,Bad,x,1\nNUL,N\0,1,1\n"


@pytest.fixture
def manager(staff: Callable[[str], Client]) -> Client:
    return staff("manager")


def preview(browser: Client, content: bytes = FILE, url: str = URL) -> Any:
    """The page on which an upload ends: the preview, or the form with what is wrong with the file."""
    answer = browser.post(reverse(url), {"file": SimpleUploadedFile("products.csv", content)}, follow=True)
    assert answer.status_code == 200
    return answer


def press(browser: Client, page: Any, url: str = URL, **fields: str) -> Any:
    form = {"run": str(page.context["form"].initial["run"]), "idempotency_key": str(uuid.uuid4()), **fields}
    return browser.post(reverse(url), form, follow=True)


def told(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_a_file_is_shown_as_what_would_become_of_it_and_changes_nothing(manager: Client) -> None:
    ProductFactory(sku="KNOWN", name="Old name")
    before = Event.objects.count()

    page = preview(manager)

    assert page.context["figures"] == "2 new, 1 skipped, 2 rejected"
    assert [cells[1][0] for cells in page.context["table"]] == ["TEA", "CUP", "KNOWN"]
    assert page.context["rejects"] == [
        (5, "The price is not a number."), (6, "A text holds control characters.")
    ]  # fmt: skip
    file = manager.get(page.context["rejects_href"]).content.decode()
    assert [row["sku"] for row in csv.DictReader(io.StringIO(file))] == ["BAD", "NUL"]
    assert (Product.objects.count(), Event.objects.count()) == (1, before)


def test_what_was_shown_is_imported_whole_and_once(manager: Client) -> None:
    ProductFactory(sku="KNOWN", name="Old name")
    page, key = preview(manager), str(uuid.uuid4())

    first = press(manager, page, idempotency_key=key)
    twin = press(manager, page, idempotency_key=key)
    later = press(manager, page)

    assert told(first) == "Products imported: 2; known already and left as they are: 1."
    assert "done once" in told(twin) and "This preview is gone" in told(later)
    assert set(Product.objects.values_list("sku", "name", "price_cents", "stock_quantity")) >= {
        ("TEA", "Tea", 1250, 7), ("CUP", "Cup", 300, 0)
    }  # fmt: skip
    assert Product.objects.get(sku="KNOWN").name == "Old name"
    assert Event.objects.filter(type="product.created", actor__startswith="user:").count() == 2
    assert StockMovement.objects.filter(product__sku="TEA").count() == 1
    assert not ImportRun.objects.exists() and not ProductImportRow.objects.exists()


def test_a_product_that_came_meanwhile_is_left_as_it_is(manager: Client) -> None:
    page = preview(manager)
    ProductFactory(sku="TEA", name="Somebody's")

    press(manager, page)

    assert Product.objects.get(sku="TEA").name == "Somebody's"
    assert Product.objects.filter(sku="CUP").exists()


def test_a_preview_is_ones_own(manager: Client, staff: Callable[[str], Client]) -> None:
    page = preview(manager)
    run = page.context["form"].initial["run"]
    other = staff("manager")

    assert "This preview is gone" in told(other.get(reverse(URL), {"run": run}, follow=True))
    assert "This preview is gone" in told(press(other, page))
    assert "This is no preview" in told(other.get(reverse(URL), {"run": "x\0"}, follow=True))
    assert "This preview is gone" in told(press(manager, page, url="admin:customers_customer_import"))
    assert not Product.objects.exists()


def test_a_preview_that_nobody_wants_is_cleared_away(manager: Client) -> None:
    page = preview(manager)
    JOBS[0].step()
    assert ProductImportRow.objects.exists()
    ImportRun.objects.update(touched_at=timezone.now() - timedelta(minutes=61))

    JOBS[0].step()

    assert not ProductImportRow.objects.exists() and not ImportRun.objects.exists()
    assert "This preview is gone" in told(press(manager, page))


def test_what_is_no_file_of_products_is_told_in_words(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.imports.previews.MOST_ROWS", 2)
    for content, words in (
        (b"", "The file is empty"),
        (b"sku,title\nA,B\n", "No column for name, price"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b'sku,name,price\n"A,B,1\n', "a quote is opened and never closed"),
        (b"sku,name,price\n" + b"A,B,1\n" * 3, "A page imports 2 rows at a time"),
        (b"sku,sku,name,price\nA,A,B,1\n", "more than one column"),
    ):
        errors = preview(manager, content).context["form"].errors["file"]
        assert words in errors[0], (content, errors)
    assert not ImportRun.objects.exists()


def test_customers_come_in_the_same_way(staff: Callable[[str], Client]) -> None:
    browser, url = staff("sales"), "admin:customers_customer_import"
    page = preview(browser, b"email,first_name\nAda@example.com,Ada\nnobody,X\n", url)

    answer = press(browser, page, url)

    assert page.context["figures"] == "1 new, 0 skipped, 1 rejected"
    assert told(answer) == "Customers imported: 1."
    assert Customer.objects.get().first_name == "Ada"


def test_a_list_leads_to_the_import_of_who_may_do_it(manager: Client, staff: Callable[[str], Client]) -> None:
    page = reverse("admin:products_product_changelist")

    assert ("Import CSV", reverse(URL)) in manager.get(page).context["list_links"]
    assert staff("viewer").get(page).context["list_links"] == []


def test_the_staging_tables_are_not_written_to_the_log_of_the_server() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'import_runs'")
        assert cursor.fetchone() == ("u",)
