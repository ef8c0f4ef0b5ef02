"""What can be done with products and their stock."""

from products.services.acts import (
    MOST_STOCK,
    Kind,
    Movement,
    adjust_stock,
    change_product,
    count_stock,
    create_product,
    lock_product,
    lock_products,
    move_stock,
    put_product,
    set_stock,
)
from products.services.importing import import_products

__all__ = [
    "MOST_STOCK",
    "Kind",
    "Movement",
    "adjust_stock",
    "change_product",
    "count_stock",
    "create_product",
    "import_products",
    "lock_product",
    "lock_products",
    "move_stock",
    "put_product",
    "set_stock",
]
