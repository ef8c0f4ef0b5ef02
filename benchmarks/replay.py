"""A shop's own invoices, placed again as new orders by several clients at once."""

import http.client
import json
import math
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.database import ACTOR
from benchmarks.load import ADDRESS
from common.imports.fields import Layout
from common.imports.sources import Source
from common.imports.values import Rejected
from common.transactions import run
from customers.models import Customer
from products.models import Product
from products.services import Kind, adjust_stock

PLACED = "201"
# The shop may say no; whatever else it says is a defect.
REFUSALS = ("409 insufficient_stock", "409 product_unavailable")
PATIENCE_SECONDS = 60


class Shop(NamedTuple):
    """Whom and what the database knows: ids of customers by their e-mail in small letters, of products by SKU."""

    customers: dict[str, int]
    products: dict[str, int]


@dataclass(slots=True)
class Invoice:
    """What one customer bought at once: units by product."""

    external_ref: str
    customer_id: int
    units: Counter[int] = field(default_factory=Counter)


def known_shop() -> Shop:
    customers = Customer.objects.values_list("email", "pk")
    return Shop(
        {email.lower(): pk for email, pk in customers},
        dict(Product.objects.values_list("sku", "pk")),
    )


def read_invoices(source: Source, layout: Layout, shop: Shop, most: int) -> list[Invoice]:
    """The first invoices of the file, each with its good lines; lines of one invoice need not stand together.

    A line is good when the import of orders would take it: with a customer and a quantity above zero, for one.
    """
    invoices: dict[str, Invoice] = {}
    for _, cells in source.rows():
        try:
            external_ref, email, sku, quantity, *_ = layout.values(cells)
        except Rejected:
            continue
        customer, product = shop.customers.get(email.lower()), shop.products.get(sku)
        if customer is None or product is None or (external_ref not in invoices and len(invoices) == most):
            continue
        invoice = invoices.setdefault(external_ref, Invoice(external_ref, customer))
        if invoice.customer_id == customer:
            invoice.units[product] += quantity
    return list(invoices.values())


def demand_of(invoices: Iterable[Invoice]) -> Counter[int]:
    """Units by product that they ask for together."""
    demand: Counter[int] = Counter()
    for invoice in invoices:
        demand.update(invoice.units)
    return demand


def stock_up(demand: Mapping[int, int], share: float) -> None:
    """Receive a share of what will be asked for of every product, so that there is not enough for everybody."""
    for product_id, units in demand.items():
        receive(product_id, math.ceil(units * share))


def receive(product_id: int, units: int) -> None:
    run(lambda: adjust_stock(product_id, actor=ACTOR, delta=units, reason="Opening stock", kind=Kind.RECEIPT))


def place(invoices: Sequence[Invoice], *, port: int, token: str, clients: int) -> dict[str, str]:
    """Place them all, every client one after another; what each external reference was answered."""
    with ThreadPoolExecutor(clients) as pool:
        runs = [pool.submit(_client, invoices[first::clients], port, token) for first in range(clients)]
        return {external_ref: answer for run in runs for external_ref, answer in run.result()}


def _client(invoices: Sequence[Invoice], port: int, token: str) -> list[tuple[str, str]]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as line:
        return [(invoice.external_ref, _ask(line, invoice, token)) for invoice in invoices]


def _ask(line: http.client.HTTPConnection, invoice: Invoice, token: str) -> str:
    """The status, and the code of a refusal; or in what way there was no answer."""
    try:
        line.request("POST", ADDRESS, json.dumps(_body(invoice)), _headers(invoice, token))
        answer = line.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        line.close()  # and is opened again by the next request
        return f"no answer ({type(error).__name__})"
    return PLACED if answer.status == http.client.CREATED else f"{answer.status} {_code(content)}"


def _body(invoice: Invoice) -> dict[str, object]:
    items = [{"product_id": product_id, "quantity": units} for product_id, units in invoice.units.items()]
    return {"customer_id": invoice.customer_id, "external_ref": invoice.external_ref, "items": items}


def _headers(invoice: Invoice, token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid5(uuid.NAMESPACE_URL, invoice.external_ref)),
    }


def _code(content: bytes) -> str:
    try:
        return str(json.loads(content)["code"])
    except (ValueError, LookupError, TypeError):
        return "without a code"
