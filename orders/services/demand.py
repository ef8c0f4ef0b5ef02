"""What a customer asks for, summed per product and held against what there is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from common.errors import FieldError, InvalidInput
from orders.models import OrderItem
from products.errors import InsufficientStock, ProductUnavailable
from products.models import Product
from products.services import lock_products

MOST_LINES = 1_000
MOST_QUANTITY = 1_000_000
MOST_TOTAL_CENTS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Line:
    """So many units of a product, named by its id or else by its SKU."""

    quantity: int
    product_id: int | None = None
    sku: str | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """A product, locked, and how many units of it are asked for in all."""

    product: Product
    quantity: int


def lock_demand(lines: Sequence[Line], *, besides: Collection[int] = ()) -> dict[int, Demand]:
    """Lock the products of the lines (and those `besides`) and sum what is asked of each, by product id.

    Raises InvalidInput for an empty list, too many lines, too large a quantity and unknown products.
    """
    if not lines:
        raise InvalidInput.at("/items", "empty", "An order has at least one line.")
    if len(lines) > MOST_LINES:
        raise InvalidInput.at("/items", "too_many", f"An order has at most {MOST_LINES} lines.")

    ids = {line.product_id for line in lines if line.product_id is not None}
    skus = {line.sku for line in lines if line.product_id is None and line.sku is not None}
    products = lock_products(ids=ids.union(besides), skus=skus)

    return _summed(lines, products)


def _summed(lines: Sequence[Line], products: Sequence[Product]) -> dict[int, Demand]:
    by_id = {product.pk: product for product in products}
    by_sku = {product.sku: product for product in products}
    quantities: dict[int, int] = {}
    faults: list[FieldError] = []
    for index, line in enumerate(lines):
        named_by_id = line.product_id is not None
        product = by_id.get(line.product_id or 0) if named_by_id else by_sku.get(line.sku or "")
        if product is None:
            pointer = f"/items/{index}/{'product_id' if named_by_id else 'sku'}"
            faults.append(FieldError(pointer, "unknown_product", "There is no such product."))
            continue
        quantities[product.pk] = quantities.get(product.pk, 0) + line.quantity
        if not 0 < line.quantity <= MOST_QUANTITY >= quantities[product.pk]:
            detail = f"1 to {MOST_QUANTITY} units of a product."
            faults.append(FieldError(f"/items/{index}/quantity", "quantity_out_of_range", detail))
    if faults:
        raise InvalidInput("Some lines are not valid.", errors=faults)
    return {product_id: Demand(by_id[product_id], quantity) for product_id, quantity in quantities.items()}


def as_agreed(wanted: Demand, line: OrderItem | None = None) -> OrderItem:
    """A line at today's price, SKU and name, or the line as agreed before with its new quantity."""
    agreed = line or wanted.product
    return OrderItem(
        product_id=wanted.product.pk,
        sku=agreed.sku,
        name=agreed.name,
        quantity=wanted.quantity,
        unit_price_cents=line.unit_price_cents if line else wanted.product.price_cents,
    )


def require_available(demand: Mapping[int, Demand], *, already: Mapping[int, int] | None = None) -> None:
    """Refuse what cannot be had, naming every short or inactive product at once.

    `already` tells how many units of a product the order holds; only what goes beyond is asked of the stock.
    Raises ProductUnavailable, InsufficientStock.
    """
    held = already or {}
    problems = []
    for product_id, wanted in demand.items():
        product, more = wanted.product, wanted.quantity - held.get(product_id, 0)
        if more <= 0 or (product.is_active and product.stock_quantity >= more):
            continue
        problems.append(
            {
                "product_id": product_id,
                "sku": product.sku,
                "code": InsufficientStock.code if product.is_active else ProductUnavailable.code,
                "requested": more,
                "available": product.stock_quantity,
            }
        )
    if not problems:
        return
    skus = ", ".join(str(problem["sku"]) for problem in problems[:10])
    if any(problem["code"] == ProductUnavailable.code for problem in problems):
        raise ProductUnavailable(f"Not to be had: {skus}.", items=problems)
    raise InsufficientStock(f"Not enough stock: {skus}.", items=problems)


def require_total(total_cents: int) -> int:
    if total_cents > MOST_TOTAL_CENTS:
        raise InvalidInput.at("/items", "total_too_large", "The total is beyond what can be stored.")
    return total_cents
