"""What the database refuses of the event log, whoever asks."""

from typing import Any

import pytest
from django.db import connection

from common.tests.attacks import attack, refusal
from customers.tests.factories import CustomerFactory
from events.models import Event
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

APPEND_ONLY = "events_append_only"
NEW = (
    "INSERT INTO events (xid, aggregatetype, aggregateid, version, type, payload, actor)"
    " SELECT xid, aggregatetype, aggregateid, {version}, type, payload, actor FROM events"
)
ATTACKS = {
    "payload changed": ("UPDATE events SET payload = '{}'", APPEND_ONLY),
    "payload changed in its spelling alone": (
        """UPDATE events SET payload = replace(payload::text, '7', '7.0')::jsonb WHERE aggregatetype = 'product'""",
        APPEND_ONLY,
    ),
    "actor changed": ("UPDATE events SET actor = 'nobody'", APPEND_ONLY),
    "version changed": ("UPDATE events SET version = version + 1", APPEND_ONLY),
    "time changed": ("UPDATE events SET occurred_at = now() - interval '1 day'", APPEND_ONLY),
    "place changed": ("UPDATE events SET position = position + 1000000", APPEND_ONLY),
    "epoch changed": ("UPDATE events SET epoch = epoch + 1", APPEND_ONLY),
    "personal data replaced": (
        """UPDATE events SET personal = '{"email": 1}' WHERE aggregatetype = 'customer'""",
        APPEND_ONLY,
    ),
    "personal data added": (
        """UPDATE events SET personal = '{"email": 1}' WHERE aggregatetype = 'product'""",
        APPEND_ONLY,
    ),
    "personal data removed with something else": ("UPDATE events SET personal = null, actor = 'x'", APPEND_ONLY),
    "event deleted": ("DELETE FROM events", APPEND_ONLY),
    "no event deleted": ("DELETE FROM events WHERE false", APPEND_ONLY),
    "the same version twice": (NEW.format(version=1), "events_aggregate_version_unique"),
    "version zero": (NEW.format(version=0), "events_version_positive"),
    "two epochs at once": ("INSERT INTO event_epoch VALUES (99)", "event_epoch_one_row"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_refuses(name: str) -> None:
    statements, constraint = ATTACKS[name]
    CustomerFactory()
    ProductFactory(price_cents=7)

    assert refusal(statements) == constraint


def test_lets_personal_data_go_and_nothing_else_with_it() -> None:
    customer = CustomerFactory(email="ada@example.com")
    before: Any = Event.objects.filter(aggregateid=customer.pk, aggregatetype="customer").values().get()

    attack("UPDATE events SET personal = NULL WHERE aggregatetype = 'customer'")

    after: Any = Event.objects.filter(aggregateid=customer.pk, aggregatetype="customer").values().get()
    assert before.pop("personal") and after.pop("personal") is None
    assert before == after


def test_forgetting_twice_changes_nothing() -> None:
    CustomerFactory()
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute("UPDATE events SET personal = NULL")

    assert not Event.objects.exclude(personal=None).exists()
