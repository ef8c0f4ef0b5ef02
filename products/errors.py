"""Why stock was not given or changed."""

from typing import ClassVar

from common.errors import Conflict


class InsufficientStock(Conflict):
    """Carries `items`: every product that is short, with what was asked and what is available."""

    code = "insufficient_stock"
    title = "There is not enough stock"
    example: ClassVar = {
        "items": [{"product_id": 7, "sku": "LAMP-1", "code": code, "requested": 5, "available": 2}],
    }


class ProductUnavailable(Conflict):
    """At least one product is not sold any more; `items` lists every product that stands in the way."""

    code = "product_unavailable"
    title = "A product is not sold any more"
    example: ClassVar = {
        "items": [{"product_id": 7, "sku": "LAMP-1", "code": code, "requested": 5, "available": 2}],
    }


class StockMismatch(Conflict):
    """The stock is not what the person who counted or set it believed it to be."""

    code = "stock_mismatch"
    title = "The stock is not what was expected"
