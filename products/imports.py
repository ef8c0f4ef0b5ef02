"""What a row of a file of products may hold, for commands and pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.imports.fields import Field
from common.imports.running import Importer
from common.imports.values import Parse, Rejected, one_of, price, text, whole_number
from products.models import MOST_DESCRIPTION
from products.services import MOST_STOCK
from products.services.importing import NAMED, PRICED, TABLES, import_products

YES_AND_NO = {"": True, "true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
REASONS: Mapping[str, str] = {
    "no_sku": "The row has no SKU.",
    "invalid_stock_quantity": "The stock is not a whole number from 0 to 10^12.",
    "invalid_reorder_level": "The reorder level is not a whole number from 0 to 10^12.",
    "invalid_is_active": "Whether the product is active is said with true or false, yes or no, 1 or 0.",
}


def fields(prices: str) -> Sequence[Field]:
    """The fields, with prices in `units` or `cents`."""
    return (
        Field("sku", text(empty="no_sku"), required=True),
        Field("name", text(), required=True, like="description"),
        Field("description", text(most=MOST_DESCRIPTION), like="name", otherwise=""),
        Field("price", price(prices), required=True),
        Field("stock_quantity", units("invalid_stock_quantity"), otherwise=0),
        Field("reorder_level", units("invalid_reorder_level"), otherwise=0),
        Field("is_active", one_of(YES_AND_NO, invalid="invalid_is_active"), otherwise=True),
        Field("quantity", is_above_zero, otherwise=True),
    )


def units(invalid: str) -> Parse:
    return whole_number(invalid=invalid, too_small=invalid, too_large=invalid, least=0, most=MOST_STOCK, empty=0)


def is_above_zero(quantity: str) -> bool:
    """Whether the row is a sale. It is only looked at to choose the row: what is no number is none."""
    try:
        return int(units("")(quantity)) > 0
    except Rejected:
        return False


def staged(values: list[Any]) -> tuple[Any, ...]:
    sku, name, description, price_cents, stock_quantity, reorder_level, is_active, sold = values
    rank = (PRICED if sold and price_cents > 0 else 0) + (NAMED if name else 0)
    return (sku, rank, name, description, price_cents, stock_quantity, reorder_level, is_active)


IMPORTER = Importer("products", TABLES, fields("units"), staged, import_products, REASONS)
