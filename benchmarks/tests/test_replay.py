"""The replay of a shop's invoices, on a small book of our own; and that its checks notice what they are there for."""

import csv
import io
from collections import Counter
from collections.abc import Sequence

import pytest
from pytest_django.live_server_helper import LiveServer

from benchmarks.claims import Before, Claim, before, claims
from benchmarks.database import create_program_token
from benchmarks.replay import PLACED, REFUSALS, Invoice, demand_of, known_shop, place, read_invoices, stock_up
from common.imports.fields import Layout
from common.imports.sources import Source
from customers.tests.factories import CustomerFactory
from orders.management.commands.import_orders import Command
from orders.models import Order
from products.tests.factories import ProductFactory

HEADER = ("external_ref", "email", "sku", "quantity", "unit_price")
INVOICES = 30
Row = tuple[object, ...]


def read(rows: Sequence[Row], most: int = INVOICES) -> list[Invoice]:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *rows])
    source = Source(io.BytesIO(text.getvalue().encode()), name="book", encoding="utf-8", delimiter=",")
    layout = Layout(Command().fields({"prices": "units", "date_format": None, "status": None}), source.header, [])
    return read_invoices(source, layout, known_shop(), most)


@pytest.mark.django_db
def test_an_invoice_is_its_good_lines_wherever_they_stand() -> None:
    ann, bob = CustomerFactory(email="ann@example.com"), CustomerFactory(email="bob@example.com")
    cup, jug = ProductFactory(sku="CUP").pk, ProductFactory(sku="JUG").pk

    invoices = read(
        [
            ("1", "Ann@example.com", "CUP", 2, "1.00"),
            ("2", "bob@example.com", "JUG", 1, "1.00"),
            ("3", "", "JUG", 1, "1.00"),  # nobody's
            ("4", "bob@example.com", "JUG", 1, "1.00"),  # one too many
            ("1", "ann@example.com", "JUG", -1, "1.00"),  # brought back
            ("1", "ann@example.com", "POT", 1, "1.00"),  # unknown
            ("1", "bob@example.com", "JUG", 1, "1.00"),  # somebody else's
            ("1", "ann@example.com", "CUP", 3, "1.00"),
        ],
        most=2,
    )

    assert invoices == [Invoice("1", ann.pk, Counter({cup: 5})), Invoice("2", bob.pk, Counter({jug: 1}))]


@pytest.fixture
def replayed(live_server: LiveServer) -> tuple[list[Invoice], dict[str, str], Before]:
    """Thirty customers who want three each of the same two products, of which there is half."""
    emails = [CustomerFactory().email for _ in range(INVOICES)]
    skus = [ProductFactory(stock_quantity=0).sku for _ in range(2)]
    invoices = read([(number, email, sku, 3, "1.00") for number, email in enumerate(emails) for sku in skus])
    stock_up(demand_of(invoices), 0.5)
    began = before()
    answers = place(invoices, port=live_server.thread.port, token=create_program_token("sales"), clients=4)
    return invoices, answers, began


def wrong(found: Sequence[Claim]) -> list[str]:
    return [claim.text.partition(" ")[0] for claim in found if claim.wrong]


@pytest.mark.django_db(transaction=True, databases=["default", "report"])
def test_half_the_stock_serves_half_the_invoices_and_everything_holds(
    replayed: tuple[list[Invoice], dict[str, str], Before],
) -> None:
    assert wrong(claims(*replayed)) == []
    assert Counter(replayed[1].values()) == {PLACED: INVOICES // 2, REFUSALS[0]: INVOICES // 2}
    assert Order.objects.count() == INVOICES // 2


@pytest.mark.django_db(transaction=True, databases=["default", "report"])
def test_control_a_false_answer_a_lost_unit_and_no_answer_are_found(
    replayed: tuple[list[Invoice], dict[str, str], Before],
) -> None:
    invoices, answers, began = replayed
    refused = next(name for name, answer in answers.items() if answer != PLACED)
    more = {product_id: stock + 1 for product_id, stock in began.stock.items()}

    assert wrong(claims(invoices, {**answers, refused: PLACED}, began)) == ["orders", "products"]
    assert wrong(claims(invoices, answers, began._replace(stock=more))) == ["products"]
    assert wrong(claims(invoices, {**answers, refused: "no answer (OSError)"}, began)) == ["answers"]
    assert wrong(claims(invoices, {**answers, refused: "500 internal_error"}, began)) == ["answers"]
