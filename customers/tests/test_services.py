"""What can be done with customers."""

import pytest
from django.db import connection
from django.test import Client

from common.actors import Actor
from common.errors import Duplicate, NotFound, StaleVersion
from common.tests.contents import contents
from common.transactions import run
from customers import services
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from events.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Customer:
    return CustomerFactory(email="ada@example.com", first_name="Ada", last_name="Lovelace")


def last_event(customer: Customer) -> Event:
    return Event.objects.filter(aggregatetype="customer", aggregateid=customer.pk).latest("version")


def test_a_new_customer_is_told_with_the_particulars_apart(actor: Actor) -> None:
    customer = services.create_customer(actor=actor, email="ada@example.com", first_name="Ada")

    event = last_event(customer)
    assert (event.type, event.version, event.actor) == ("customer.created", 1, actor.name)
    assert event.payload == {"fields": ["email", "first_name", "last_name", "phone"]}
    assert event.personal == {
        "email": [None, "ada@example.com"],
        "first_name": [None, "Ada"],
        "last_name": [None, ""],
        "phone": [None, ""],
    }


def test_a_change_tells_old_and_new_of_what_changed_alone(actor: Actor, ada: Customer) -> None:
    changed = services.change_customer(ada.pk, actor=actor, first_name="Grace", last_name="Lovelace")

    event, stored = last_event(ada), Customer.objects.get(pk=ada.pk)
    assert (changed.version, stored.version, stored.first_name) == (2, 2, "Grace")
    assert (event.type, event.payload, event.personal) == (
        "customer.changed",
        {"fields": ["first_name"]},
        {"first_name": ["Ada", "Grace"]},
    )


def test_a_change_to_what_it_is_already_records_nothing(actor: Actor, ada: Customer) -> None:
    before = contents()

    assert services.change_customer(ada.pk, actor=actor, first_name="Ada").version == 1
    assert services.change_customer(ada.pk, actor=actor).version == 1
    assert contents() == before


def test_an_old_version_and_an_unknown_customer_are_refused(actor: Actor, ada: Customer) -> None:
    before = contents()

    with pytest.raises(StaleVersion) as stale:
        run(lambda: services.change_customer(ada.pk, actor=actor, first_name="x", expected_version=2))
    with pytest.raises(NotFound):
        run(lambda: services.change_customer(0, actor=actor, first_name="x"))

    assert stale.value.facts == {"current_version": 1}
    assert contents() == before


SAME = {
    "capitals": ("ada@example.com", "ADA@EXAMPLE.COM"),
    "an accent": ("a@écran.example", "A@ÉCRAN.example"),
    "Greek": ("a@ωμέγα.example", "a@ΩΜΈΓΑ.example"),
    "Cyrillic": ("a@почта.example", "a@ПОЧТА.example"),
    "Latin with a stroke": ("a@łódź.example", "a@ŁÓDŹ.example"),
    "the sign of Kelvin": ("kelvin@example.com", "\u212aelvin@example.com"),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", SAME)
def test_an_address_is_the_same_in_every_case(actor: Actor, name: str) -> None:
    first, second = SAME[name]
    customer, other = CustomerFactory(email=first), CustomerFactory(email="other@example.com")

    for act in (
        lambda: CustomerFactory(email=second),
        lambda: services.change_customer(other.pk, actor=actor, email=second),
    ):
        with pytest.raises(Duplicate) as refusal:
            run(act)
        assert refusal.value.errors[0].pointer == "/email"
    assert list(Customer.objects.with_email(second)) == list(Customer.objects.with_email(first)) == [customer]


def test_one_may_change_the_case_of_ones_own_address(actor: Actor, ada: Customer) -> None:
    assert services.change_customer(ada.pk, actor=actor, email="Ada@Example.com").email == "Ada@Example.com"


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME)
def test_the_api_knows_an_address_in_every_case(pair: tuple[str, str], api: Client) -> None:
    bodies = [{"email": email, "first_name": "A", "last_name": "B"} for email in pair]
    first, second = [api.post("/api/v1/customers/", body, content_type="application/json") for body in bodies]

    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "duplicate")
    found = api.get("/api/v1/customers/", {"email": pair[1]}).json()["results"]
    assert [customer["email"] for customer in found] == [pair[0]]


def test_an_address_is_found_by_the_index_that_makes_it_unique(ada: Customer) -> None:
    query, parameters = Customer.objects.with_email("ADA@example.com").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {query}", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "customers_email_unique" in plan
