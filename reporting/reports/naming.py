"""How SQL names what people know by another name than the database."""


def order_number(order_id: str) -> str:
    """The number of the order whose id stands in this column: at least eight digits."""
    return f"'SO-' || lpad({order_id}::text, greatest(8, length({order_id}::text)), '0')"
