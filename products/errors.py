"""Why stock was not given or changed."""

from common.errors import Conflict


class InsufficientStock(Conflict):
    """Carries `items`: every product that is short, with what was asked and what is available."""

    code = "insufficient_stock"
    title = "There is not enough stock"


class ProductUnavailable(Conflict):
    """At least one product is not sold any more; `items` lists every product that stands in the way."""

    code = "product_unavailable"
    title = "A product is not sold any more"


class StockMismatch(Conflict):
    """The stock is not what the person who counted or set it believed it to be."""

    code = "stock_mismatch"
    title = "The stock is not what was expected"
