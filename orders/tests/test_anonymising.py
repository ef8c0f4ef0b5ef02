"""A person can be forgotten; the books cannot."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client

from common.actors import Actor
from common.idempotency import Answer, Key
from common.models import IdempotencyKey
from common.tests.racing import Meeting, codes, meet_after, race
from common.transactions import run
from customers.models import Customer, CustomerAddress
from customers.services import hold_customer
from customers.tests.factories import HOME, OFFICE, CustomerAddressFactory, CustomerFactory
from events.models import Event
from orders import services
from orders.models import Order, OrderQuerySet
from orders.services import acts, addresses, anonymising, placing
from orders.tests.factories import ACTOR, OrderFactory
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def test_nothing_personal_remains_but_the_orders_do(actor: Actor) -> None:
    customer = CustomerFactory(email="ada@example.com", phone="123")
    CustomerAddressFactory(customer_id=customer.pk, defaults={"shipping": True, "billing": True})
    order = OrderFactory(customer_id=customer.pk, note="Ring twice")
    services.change_addresses(order.pk, addresses={"billing_address": OFFICE}, actor=actor)
    key = Key(1, "k", "f")
    run(lambda: Answer(201, '{"email": "ada@example.com"}', {}, "customer", customer.pk), key=key)

    services.anonymise_customer(customer.pk, actor=actor)

    blank = Customer.objects.get(pk=customer.pk)
    assert (blank.first_name, blank.last_name, blank.phone) == ("", "", "")
    assert blank.email.endswith(".invalid")
    assert not Event.objects.filter(personal__isnull=False).exists()
    assert not IdempotencyKey.objects.exists()
    assert not CustomerAddress.objects.exists()
    bare = Order.objects.get(pk=order.pk)
    assert (bare.customer_id, bare.shipping_address, bare.billing_address) == (customer.pk, None, None)


def test_the_answers_kept_about_an_address_book_are_forgotten_with_it(actor: Actor, api: Client) -> None:
    customer = CustomerFactory()
    where = f"/api/v1/customers/{customer.pk}/addresses/"
    api.post(where, HOME.as_json(), content_type="application/json", headers={"Idempotency-Key": "k"})
    assert IdempotencyKey.objects.get().subject_id == customer.pk

    services.anonymise_customer(customer.pk, actor=actor)

    assert not IdempotencyKey.objects.exists()


def test_an_order_tells_that_its_addresses_are_gone_and_one_without_any_tells_nothing(
    actor: Actor, api: Client
) -> None:
    customer = CustomerFactory()
    addressed = OrderFactory(customer_id=customer.pk, addresses={"shipping_address": HOME})
    bare = OrderFactory(customer_id=customer.pk)

    services.anonymise_customer(customer.pk, actor=actor)

    event = Event.objects.get(type="order.anonymised")
    assert (event.aggregateid, event.version, event.personal) == (addressed.pk, 2, None)
    assert event.payload == {"fields": ["billing_address", "shipping_address"]}
    assert Order.objects.get(pk=bare.pk).version == 1
    # Who has the old state is told that there is a new one.
    where = f"/api/v1/orders/{addressed.pk}/"
    assert api.get(where, headers={"If-None-Match": '"1"'}).json()["shipping_address"] is None


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


# Something personal is written at the very moment


def unlocked(queryset: QuerySet[Any]) -> QuerySet[Any]:
    return queryset.order_by("pk")


def nothing_personal_remains() -> bool:
    addressed = Order.objects.exclude(shipping_address=None, billing_address=None)
    return not addressed.exists() and not Event.objects.filter(personal__isnull=False).exists()


def race_to_write_and_forget(
    monkeypatch: pytest.MonkeyPatch, module: Any, write: Callable[[Order], Any], patience: float
) -> list[str]:
    """The person is forgotten between the look and the write of an act on one of their orders."""
    order = OrderFactory()
    looked, forgotten = Meeting(patience=10), Meeting(patience=patience)
    meet_after(monkeypatch, module, "lock_order", looked)
    meet_after(monkeypatch, module, "lock_order", forgotten)

    def forget() -> None:
        looked.wait()
        run(lambda: services.anonymise_customer(order.customer_id, actor=ACTOR))
        forgotten.wait()

    return codes(race(lambda: run(lambda: write(order)), forget))


WRITINGS: dict[str, tuple[Any, Callable[[Order], Any]]] = {
    "note": (acts, lambda order: services.add_note(order.pk, text="Ring twice", actor=ACTOR)),
    "address": (
        addresses,
        lambda order: services.change_addresses(order.pk, addresses={"shipping_address": HOME}, actor=ACTOR),
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", WRITINGS)
def test_what_is_being_written_beside_an_order_is_forgotten_too(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert race_to_write_and_forget(monkeypatch, *WRITINGS[name], 0.25) == ["done", "done"]
    assert nothing_personal_remains()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", WRITINGS)
def test_control_without_the_orders_lock_it_outlives_the_person(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(OrderQuerySet, "locked", unlocked)

    assert race_to_write_and_forget(monkeypatch, *WRITINGS[name], 10) == ["done", "done"]
    assert not nothing_personal_remains()


def race_to_place_and_forget(monkeypatch: pytest.MonkeyPatch) -> Order:
    """An order without addresses is placed while the person, who has a default, is being forgotten."""
    entry = CustomerAddressFactory(defaults={"shipping": True})
    lines = [services.Line(quantity=1, product_id=ProductFactory().pk)]
    held = Meeting(patience=10)
    meet_after(monkeypatch, anonymising, "lock_whole_customer", held)
    # Who forgets takes a while once they hold the person, so that the order comes to wait.
    meet_after(monkeypatch, anonymising, "lock_whole_customer", Meeting(patience=0.3))

    def place() -> Order:
        held.wait()
        return run(lambda: services.place_order(customer_id=entry.customer_id, lines=lines, actor=ACTOR))

    def forget() -> None:
        run(lambda: services.anonymise_customer(entry.customer_id, actor=ACTOR))

    assert codes(race(place, forget)) == ["done", "done"]
    return Order.objects.get()


@pytest.mark.django_db(transaction=True)
def test_an_order_that_waits_for_the_forgetting_copies_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race_to_place_and_forget(monkeypatch).shipping_address is None


@pytest.mark.django_db(transaction=True)
def test_control_who_reads_the_defaults_before_holding_the_customer_copies_one(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[services.Addresses] = []

    def read_and_hold(customer_id: int) -> Any:
        read.append(addresses.agreed_addresses(customer_id, {}))
        return hold_customer(customer_id)

    monkeypatch.setattr(placing, "hold_customer", read_and_hold)
    monkeypatch.setattr(placing, "agreed_addresses", lambda customer_id, named: read[0])

    assert race_to_place_and_forget(monkeypatch).shipping_address == HOME.as_json()
