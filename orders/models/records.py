"""The records beside an order, which one statement reads together with it, however many there are."""

from typing import Any

from django.db import models
from django.db.models import F, Func

from orders.models.holds import Hold
from orders.models.item import OrderItem
from orders.models.returns import Return
from orders.models.shipments import Shipment, ShortClose

# By the name under which an order has them.
KINDS: dict[str, type[models.Model]] = {
    "lines": OrderItem,
    "parcels": Shipment,
    "shortfalls": ShortClose,
    "sent_back": Return,
    "active_holds": Hold,
}


class Records(Func):
    """All records of an order as one JSON object.

    Written as SQL and not with JSONObject, which builds its expressions anew for every request: that takes longer than
    the database takes to answer.
    """

    template = """(
        SELECT json_build_object(
            'lines', ARRAY(
                SELECT to_json(line) FROM order_items line WHERE line.order_id = whole.id ORDER BY line.id
            ),
            'parcels', ARRAY(
                SELECT to_json(parcel) FROM (
                    SELECT s.*, ARRAY(
                        SELECT json_build_object('item_id', l.item_id, 'quantity', l.quantity)
                        FROM shipment_lines l WHERE l.shipment_id = s.id ORDER BY l.item_id
                    ) AS contents
                    FROM shipments s WHERE s.order_id = whole.id ORDER BY s.id
                ) parcel
            ),
            'shortfalls', ARRAY(
                SELECT to_json(shortfall) FROM (
                    SELECT c.*, i.sku FROM short_closes c JOIN order_items i ON i.id = c.item_id
                    WHERE c.order_id = whole.id ORDER BY c.id
                ) shortfall
            ),
            'sent_back', ARRAY(
                SELECT to_json(sent_back) FROM (
                    SELECT r.*, (SELECT id FROM orders WHERE exchange_for_id = r.id) AS exchange_order_id, ARRAY(
                        SELECT json_build_object(
                            'item_id', l.item_id, 'quantity', l.quantity, 'disposition', l.disposition
                        )
                        FROM order_return_lines l WHERE l.return_id = r.id ORDER BY l.item_id, l.disposition
                    ) AS contents
                    FROM order_returns r WHERE r.order_id = whole.id ORDER BY r.id
                ) sent_back
            ),
            'active_holds', ARRAY(
                SELECT to_json(hold) FROM order_holds hold
                WHERE hold.order_id = whole.id AND hold.released_at IS NULL ORDER BY hold.id
            ),
            'exchange_for', (SELECT to_json(r) FROM order_returns r WHERE r.id = whole.exchange_for_id)
        )
        FROM (SELECT %(expressions)s) AS whole (id, exchange_for_id)
    )"""
    output_field = models.Field()  # the driver reads JSON

    def __init__(self) -> None:
        super().__init__(F("pk"), F("exchange_for_id"))


def read(model: type[models.Model], told: dict[str, Any], using: str | None) -> Any:
    """A record from its row as JSON; what is no column of it becomes an attribute, as an annotation would."""
    columns = model._meta.concrete_fields
    values = [column.to_python(told.pop(column.attname)) for column in columns]
    record = model.from_db(using, [column.attname for column in columns], values)
    vars(record).update(told)
    return record
