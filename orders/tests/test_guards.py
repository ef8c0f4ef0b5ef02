"""What the database refuses of orders and their lines, whoever asks."""

import pytest

from common.tests.attacks import attack, refusal
from orders.models import Order
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db

FOREIGN_KEY, GENERATED = "23503", "428C9"
ALLOWED_MOVES = {
    ("PENDING", "CONFIRMED"),
    ("PENDING", "CANCELLED"),
    ("CONFIRMED", "SHIPPED"),
    ("CONFIRMED", "CANCELLED"),
    ("SHIPPED", "DELIVERED"),
}
STATUSES = tuple(Order.Status.values)
MOVES = [(source, target) for source in STATUSES for target in STATUSES if source != target]

NEW = (
    "INSERT INTO orders (customer_id, status, total_cents, takes_stock, version, external_ref)"
    " VALUES ({customer}, '{status}', {total}, {takes_stock}, {version}, {ref})"
)
LINE = (
    "INSERT INTO order_items (order_id, product_id, sku, name, quantity, unit_price_cents)"
    " VALUES ({order}, {product}, 's', 'n', {quantity}, {price})"
)
CHANGE_LINE = "UPDATE order_items SET {what} WHERE order_id = {{order}}"


def new(**values: object) -> str:
    known = {"customer": "{customer}", "status": "PENDING", "total": 1, "takes_stock": "true", "version": 1}
    return NEW.format(**{**known, "ref": "NULL", **values})


def line(**values: object) -> str:
    return LINE.format(**{"order": "{order}", "product": "{product}", "quantity": 1, "price": 1, **values})


def change_line(what: str) -> str:
    return CHANGE_LINE.format(what=what)


# Every attack is on a PENDING order of one line with the external reference TAKEN.
ATTACKS = {
    "unknown status": (new(status="LOST"), "orders_status_known"),
    "status in small letters": (new(status="pending"), "orders_status_known"),
    "negative total": (new(total=-1), "orders_returned_within_total"),  # asked first, by its name
    "version zero": (new(version=0), "orders_version_positive"),
    "version below zero": ("UPDATE orders SET version = -1 WHERE id = {order}", "orders_version_positive"),
    "PENDING without taking stock": (new(takes_stock="false"), "orders_open_takes_stock"),
    "CONFIRMED without taking stock": (new(status="CONFIRMED", takes_stock="false"), "orders_open_takes_stock"),
    "the same external reference": (new(ref="'TAKEN'"), "orders_external_ref_unique"),
    "unknown customer": (new(customer=0), FOREIGN_KEY),
    "takes_stock changed": (
        "UPDATE orders SET takes_stock = false WHERE id = {order}",
        "orders_takes_stock_immutable",
    ),
    "takes_stock changed together with the status": (
        "UPDATE orders SET takes_stock = false, status = 'CANCELLED' WHERE id = {order}",
        "orders_takes_stock_immutable",
    ),
    "shipped and nothing has left": (
        "UPDATE orders SET status = 'CONFIRMED' WHERE id = {order};"
        "UPDATE orders SET status = 'SHIPPED' WHERE id = {order}",
        "orders_fulfilment_fits_status",
    ),
    "something has left of a PENDING order": (
        "UPDATE orders SET fulfilment_state = 'partial' WHERE id = {order}",
        "orders_fulfilment_fits_status",
    ),
    "unknown fulfilment state": (
        "UPDATE orders SET fulfilment_state = 'some' WHERE id = {order}",
        "orders_fulfilment_fits_status",
    ),
    "quantity zero": (change_line("quantity = 0"), "order_items_quantity_positive"),
    "quantity below zero": (change_line("quantity = -1"), "order_items_quantity_positive"),
    "negative unit price": (change_line("unit_price_cents = -1"), "order_items_price_not_negative"),
    "line total of one's own": (change_line("line_total_cents = 1"), GENERATED),
    "two lines of one product": (line(), "order_items_one_line_per_product"),
    "line of an unknown order": (line(order=0), FOREIGN_KEY),
    "line of an unknown product": (line(product=0), FOREIGN_KEY),
    "order with lines deleted": ("DELETE FROM orders WHERE id = {order}", FOREIGN_KEY),
    "ordered product deleted": ("DELETE FROM products WHERE id = {product}", FOREIGN_KEY),
    "customer with orders deleted": ("DELETE FROM customers WHERE id = {customer}", FOREIGN_KEY),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_refuses(name: str) -> None:
    statements, constraint = ATTACKS[name]
    order = OrderFactory(external_ref="TAKEN")
    ids = {"order": order.pk, "customer": order.customer_id, "product": order.lines[0].product_id}

    assert refusal(statements.format(**ids)) == constraint


@pytest.mark.parametrize(("source", "target"), [move for move in MOVES if move not in ALLOWED_MOVES])
def test_refuses_the_move(source: str, target: str) -> None:
    order = OrderFactory(status=source)

    constraint = refusal(f"UPDATE orders SET status = '{target}' WHERE id = {order.pk}")

    assert constraint == "orders_status_transition"


@pytest.mark.parametrize(("source", "target"), sorted(ALLOWED_MOVES))
def test_allows_the_move(source: str, target: str) -> None:
    order = OrderFactory(status=source)

    state = Order.Fulfilment.COMPLETE if target in Order.HAVE_LEFT else Order.Fulfilment.NONE
    attack(f"UPDATE orders SET status = '{target}', fulfilment_state = '{state}' WHERE id = {order.pk}")

    assert Order.objects.get(pk=order.pk).status == target


def test_computes_the_line_total_itself() -> None:
    order = OrderFactory()

    attack(f"UPDATE order_items SET quantity = 7, unit_price_cents = 11 WHERE order_id = {order.pk}")

    assert Order.objects.with_lines().get(pk=order.pk).lines[0].line_total_cents == 77
