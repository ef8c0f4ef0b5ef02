"""What the database refuses of shipments, what is in them, and short-closes, whoever asks."""

import pytest

from common.tests.attacks import attack, refusal
from orders import services
from orders.services import ItemUnits
from orders.tests.factories import ACTOR, order_in

pytestmark = pytest.mark.django_db

FOREIGN_KEY = "23503"
SHIPMENT = "UPDATE shipments SET {what} WHERE id = {{parcel}}"
SHORT_CLOSE = (
    "INSERT INTO short_closes (order_id, item_id, version, quantity, reason, reason_code, closed_at)"
    " VALUES ({{order}}, {{item}}, {version}, {quantity}, 'r', '', now())"
)

# Every attack is on an order with a prepared shipment of one unit, of which one unit was short-closed by event 4.
ATTACKS = {
    "unknown status": (
        "INSERT INTO shipments (order_id, status) VALUES ({order}, 'lost')",
        "shipments_status_known",
    ),
    "dispatched in future": (SHIPMENT.format(what="dispatched_at = now()"), "shipments_times_follow_status"),
    "delivered before it left": (SHIPMENT.format(what="delivered_at = now()"), "shipments_times_follow_status"),
    "voided and it stays": (SHIPMENT.format(what="voided_at = now()"), "shipments_times_follow_status"),
    "voided, nobody knows when": (SHIPMENT.format(what="status = 'voided'"), "shipments_times_follow_status"),
    "a script for an address": (
        SHIPMENT.format(what="tracking_url = 'javascript:alert(1)'"),
        "shipments_url_is_of_the_web",
    ),
    "delivered at once": (SHIPMENT.format(what="status = 'delivered'"), "shipments_status_transition"),
    "of no order": (SHIPMENT.format(what="order_id = 0"), FOREIGN_KEY),
    "no units": (
        "UPDATE shipment_lines SET quantity = 0 WHERE shipment_id = {parcel}",
        "shipment_lines_quantity_positive",
    ),
    "an item twice": (
        "INSERT INTO shipment_lines (shipment_id, item_id, quantity) VALUES ({parcel}, {item}, 1)",
        "shipment_lines_pkey",
    ),
    "of an unknown item": (
        "INSERT INTO shipment_lines (shipment_id, item_id, quantity) VALUES ({parcel}, 0, 1)",
        FOREIGN_KEY,
    ),
    "a shipment deleted": ("DELETE FROM shipments WHERE id = {parcel}", FOREIGN_KEY),
    "a shipped item deleted": ("DELETE FROM order_items WHERE id = {item}", FOREIGN_KEY),
    "nothing short-closed": (SHORT_CLOSE.format(version=5, quantity=0), "short_closes_quantity_positive"),
    "short-closed twice by one event": (SHORT_CLOSE.format(version=4, quantity=1), "short_closes_once_per_event"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_refuses(name: str) -> None:
    statements, constraint = ATTACKS[name]
    order = order_in("prepared")
    item = order.lines[0].pk
    services.short_close(order.pk, lines=[ItemUnits(item, 1)], reason="gone", actor=ACTOR)
    ids = {"order": order.pk, "item": item, "parcel": order.parcels[0].pk}

    assert refusal(statements.format(**ids)) == constraint


MOVES = {("prepared", "dispatched"), ("prepared", "voided"), ("dispatched", "delivered")}
STATUSES = ("prepared", "dispatched", "delivered", "voided")


@pytest.mark.parametrize("source", STATUSES)
def test_a_shipment_moves_by_its_transitions_alone(source: str) -> None:
    parcel = order_in("prepared").parcels[0].pk
    for step in {"dispatched": ["dispatched"], "delivered": ["dispatched", "delivered"], "voided": ["voided"]}.get(
        source, []
    ):
        attack(f"UPDATE shipments SET status = '{step}', voided_at = {voided(step)} WHERE id = {parcel}")

    for target in STATUSES:
        if target != source and (source, target) not in MOVES:
            move = f"UPDATE shipments SET status = '{target}', voided_at = {voided(target)} WHERE id = {parcel}"
            assert refusal(move) == "shipments_status_transition"


def voided(status: str) -> str:
    return "now()" if status == "voided" else "NULL"
