"""What was on hand, reserved and available, now and at any moment before."""

from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from common.actors import Actor
from common.sql import one
from orders import services
from orders.services import ItemUnits, Line
from orders.tests.factories import OrderFactory, move_to
from products.models import Product
from products.services import adjust_stock
from products.tests.factories import ProductFactory
from reporting.reports.stock import STOCK_AS_OF

pytestmark = pytest.mark.django_db


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = one(cursor)
    return cast(datetime, moment)


def stock(api: Client, product: Product, moment: datetime | None = None) -> Any:
    query = {} if moment is None else {"as_of": moment.isoformat()}
    answer = api.get(f"/api/v1/products/{product.pk}/stock/", query).json()
    return answer["on_hand"], answer["reserved"], answer["available"]


def reported(product: Product, moment: datetime) -> Any:
    """What the report of stock says of a moment."""
    with connection.cursor() as cursor:
        cursor.execute(STOCK_AS_OF.sql, {"at": moment})
        columns = [column.name for column in cursor.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    (row,) = [row for row in rows if row["id"] == product.pk]
    return row["on_hand"], row["reserved"], row["available"]


def test_tells_each_moment_of_a_products_life(api: Client, actor: Actor) -> None:
    before = now()
    product = ProductFactory(stock_quantity=10)
    story = [(before, (0, 0, 0)), (now(), (10, 0, 10))]
    order = OrderFactory(lines=[Line(4, product.pk)])
    story.append((now(), (10, 4, 6)))
    services.edit_items(order.pk, lines=[Line(3, product.pk)], actor=actor)
    story.append((now(), (10, 3, 7)))
    cancelled = OrderFactory(lines=[Line(2, product.pk)])
    story.append((now(), (10, 5, 5)))
    move_to(cancelled, "CANCELLED")
    story.append((now(), (10, 3, 7)))
    services.confirm_order(order.pk, actor=actor)
    services.ship_order(order.pk, actor=actor)
    story.append((now(), (7, 0, 7)))
    services.deliver_order(order.pk, actor=actor)
    adjust_stock(product.pk, actor=actor, delta=5, reason="receipt")
    story.append((now(), (12, 0, 12)))

    assert [stock(api, product, moment) for moment, _ in story] == [figures for _, figures in story]
    assert stock(api, product) == (12, 0, 12)


def test_of_an_order_that_leaves_bit_by_bit_only_the_rest_is_reserved(api: Client, actor: Actor) -> None:
    product = ProductFactory(stock_quantity=10)
    order = OrderFactory(lines=[Line(5, product.pk)], status="CONFIRMED")
    item = order.lines[0].pk
    story = [(now(), (10, 5, 5))]
    services.prepare_shipment(order.pk, lines=[ItemUnits(item, 2)], actor=actor)
    story.append((now(), (10, 5, 5)))
    services.ship_order(order.pk, lines=[ItemUnits(item, 1)], actor=actor)
    story.append((now(), (9, 4, 5)))
    services.short_close(order.pk, lines=[ItemUnits(item, 2)], reason="gone", actor=actor)
    story.append((now(), (9, 2, 7)))
    services.ship_order(order.pk, actor=actor)
    story.append((now(), (7, 0, 7)))

    assert [stock(api, product, moment) for moment, _ in story] == [figures for _, figures in story]
    assert [reported(product, moment) for moment, _ in story] == [figures for _, figures in story]
    assert stock(api, product) == (7, 0, 7)


def test_what_was_imported_as_shipped_was_never_reserved(api: Client) -> None:
    product = ProductFactory(stock_quantity=10)
    OrderFactory(lines=[Line(4, product.pk)], status="SHIPPED")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders SET shipped_at = NULL, confirmed_at = NULL")  # as an import leaves them

    assert stock(api, product, now()) == (6, 0, 6)


@pytest.mark.parametrize("moment", ["yesterday", "2026-01-01", "2026-01-01T00:00:00", "", "2026-13-01T00:00:00Z"])
def test_a_time_that_is_none_is_refused(api: Client, moment: str) -> None:
    answer = api.get(f"/api/v1/products/{ProductFactory().pk}/stock/", {"as_of": moment})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/as_of")


def test_what_will_be_is_not_known(api: Client) -> None:
    moment = timezone.now() + timedelta(hours=1)

    answer = api.get(f"/api/v1/products/{ProductFactory().pk}/stock/", {"as_of": moment.isoformat()})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/as_of")


def test_the_ledger_is_read_page_by_page_oldest_first(api: Client, actor: Actor) -> None:
    product = ProductFactory(stock_quantity=10)
    for delta in (1, 2, 3):
        adjust_stock(product.pk, actor=actor, delta=delta, reason="receipt")

    first = api.get(f"/api/v1/products/{product.pk}/movements/?limit=3").json()
    second = api.get(first["next"]).json()

    rows = [*first["results"], *second["results"]]
    assert [(row["sequence"], row["delta"], row["balance"]) for row in rows] == [
        (1, 10, 10), (2, 1, 11), (3, 2, 13), (4, 3, 16),
    ]  # fmt: skip
    assert second["next"] is None
    told = "sequence delta balance kind order_id actor reason reason_code created_at"
    assert rows[3].keys() == set(told.split())


def test_a_customers_orders_are_theirs_alone_and_may_carry_the_customer(api: Client) -> None:
    order, _ = OrderFactory(), OrderFactory()

    plain = api.get(f"/api/v1/customers/{order.customer_id}/orders/").json()["results"]
    expanded = api.get(f"/api/v1/customers/{order.customer_id}/orders/?expand=customer").json()["results"]

    assert [each["id"] for each in plain] == [order.pk]
    assert expanded[0]["customer"] == api.get(f"/api/v1/customers/{order.customer_id}/").json()
    assert api.get("/api/v1/customers/987654321/orders/").status_code == 404


def test_a_tag_of_an_expanded_order_changes_with_the_customer(api: Client) -> None:
    order = OrderFactory()
    address = f"/api/v1/orders/{order.pk}/?expand=customer"
    tag = api.get(address)["ETag"]

    api.patch(f"/api/v1/customers/{order.customer_id}/", {"phone": "1"}, content_type="application/json")

    assert api.get(address, headers={"If-None-Match": tag}).status_code == 200
    assert api.get(address, headers={"If-None-Match": api.get(address)["ETag"]}).status_code == 304


def test_whoever_prefers_a_minimal_answer_gets_no_body(api: Client) -> None:
    order = OrderFactory()

    answer = api.post(
        f"/api/v1/orders/{order.pk}/confirm/", {}, content_type="application/json", headers={"Prefer": "return=minimal"}
    )

    assert (answer.status_code, answer.content, answer["ETag"]) == (204, b"", '"2"')
    assert answer["Preference-Applied"] == "return=minimal"
