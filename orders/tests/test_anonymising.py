"""A person can be forgotten; the books cannot."""

import pytest

from common.actors import Actor
from common.idempotency import Answer, Key
from common.models import IdempotencyKey
from common.transactions import run
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from events.models import Event
from orders import services
from orders.models import Order
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db


def test_nothing_personal_remains_but_the_orders_do(actor: Actor) -> None:
    customer = CustomerFactory(email="ada@example.com", phone="123")
    order = OrderFactory(customer_id=customer.pk, note="Ring twice")
    key = Key(1, "k", "f")
    run(lambda: Answer(201, '{"email": "ada@example.com"}', {}, "customer", customer.pk), key=key)

    services.anonymise_customer(customer.pk, actor=actor)

    blank = Customer.objects.get(pk=customer.pk)
    assert (blank.first_name, blank.last_name, blank.phone) == ("", "", "")
    assert blank.email.endswith(".invalid")
    assert not Event.objects.filter(personal__isnull=False).exists()
    assert not IdempotencyKey.objects.exists()
    assert Order.objects.get(pk=order.pk).customer_id == customer.pk


def test_leaves_other_people_alone(actor: Actor) -> None:
    forgotten, other = CustomerFactory(), CustomerFactory()
    note = OrderFactory(customer_id=other.pk, note="Ring twice")

    services.anonymise_customer(forgotten.pk, actor=actor)

    kept = Event.objects.filter(personal__isnull=False).values_list("aggregatetype", "aggregateid")
    assert set(kept) == {("customer", other.pk), ("order", note.pk)}


def test_is_itself_an_event_that_names_fields_and_no_values(actor: Actor) -> None:
    customer = CustomerFactory()

    services.anonymise_customer(customer.pk, actor=actor)

    event = Event.objects.get(type="customer.anonymised")
    assert (event.version, event.personal) == (2, None)
    assert event.payload == {"fields": ["email", "first_name", "last_name", "phone"]}
