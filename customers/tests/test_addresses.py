"""A customer's address book: what is in it, what is the default, and what is told of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.actors import Actor
from common.addresses import lines_of
from common.errors import NotFound, StaleVersion
from common.tests.contents import contents
from common.tests.racing import Meeting, codes, meet_after, race
from common.transactions import run
from customers import services
from customers.models import Customer, CustomerAddress, CustomerQuerySet
from customers.services import addresses as address_services
from customers.tests.factories import HOME, OFFICE, CustomerAddressFactory, CustomerFactory
from events.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Customer:
    return CustomerFactory()


def told(customer_id: int) -> list[tuple[str, Any, Any]]:
    """What the events said of a customer since they were created."""
    story = Event.objects.filter(aggregatetype="customer", aggregateid=customer_id, version__gt=1)
    return list(story.order_by("version").values_list("type", "payload", "personal"))


def test_an_address_is_told_apart_and_counts_among_the_customers_changes(ada: Customer, actor: Actor) -> None:
    entry = services.add_address(ada.pk, actor=actor, address=HOME, defaults={"shipping": True})

    assert entry.version == Customer.objects.get().version == 2
    payload = {"address_id": entry.pk, "defaults": {"shipping": entry.pk}}
    assert told(ada.pk) == [("customer.address_added", payload, {"address": [None, HOME.as_json()]})]


def test_a_new_default_takes_the_place_of_the_old_one_and_the_other_purpose_stays(ada: Customer, actor: Actor) -> None:
    home = CustomerAddressFactory(customer_id=ada.pk, defaults={"shipping": True, "billing": True})
    office = CustomerAddressFactory(customer_id=ada.pk, address=OFFICE)

    services.change_address(ada.pk, office.pk, actor=actor, defaults={"shipping": True, "billing": False})

    assert services.default_addresses(ada.pk) == {"shipping": OFFICE, "billing": HOME}
    assert told(ada.pk)[-1] == ("customer.default_addresses_changed", {"defaults": {"shipping": office.pk}}, None)
    assert CustomerAddress.objects.get(pk=home.pk).purposes == ("billing",)


def test_the_defaults_are_read_in_one_statement(ada: Customer) -> None:
    CustomerAddressFactory(customer_id=ada.pk, defaults={"shipping": True, "billing": True})
    CustomerAddressFactory(customer_id=ada.pk, address=OFFICE)
    CustomerAddressFactory(address=OFFICE, defaults={"shipping": True})

    with CaptureQueriesContext(connection) as queries:
        found = services.default_addresses(ada.pk)

    assert (found, len(queries)) == ({"shipping": HOME, "billing": HOME}, 1)


def test_a_change_tells_the_address_before_and_after(ada: Customer, actor: Actor) -> None:
    entry = CustomerAddressFactory(customer_id=ada.pk)

    changed = services.change_address(ada.pk, entry.pk, actor=actor, fields={"city": "Paris", "country": "FR"})

    after = {**HOME.as_json(), "city": "Paris", "country": "FR"}
    assert (changed.address.as_json(), CustomerAddress.objects.get().city) == (after, "Paris")
    assert told(ada.pk)[-1] == (
        "customer.address_changed", {"address_id": entry.pk}, {"address": [HOME.as_json(), after]},
    )  # fmt: skip


def test_a_change_to_what_it_is_already_records_nothing(ada: Customer, actor: Actor) -> None:
    entry = CustomerAddressFactory(customer_id=ada.pk, defaults={"billing": True})
    before = contents()

    services.change_address(
        ada.pk, entry.pk, actor=actor, fields=HOME.as_json(), defaults={"billing": True, "shipping": False}
    )

    assert contents() == before


def test_an_address_that_goes_is_nobodys_default(ada: Customer, actor: Actor) -> None:
    entry = CustomerAddressFactory(customer_id=ada.pk, defaults={"billing": True})

    services.remove_address(ada.pk, entry.pk, actor=actor)

    assert services.default_addresses(ada.pk) == {"shipping": None, "billing": None}
    payload = {"address_id": entry.pk, "defaults": {"billing": None}}
    assert told(ada.pk)[-1] == ("customer.address_removed", payload, {"address": [HOME.as_json(), None]})
    with pytest.raises(NotFound):
        services.remove_address(ada.pk, entry.pk, actor=actor)


def test_anothers_address_an_unknown_customer_and_an_old_version_are_refused(ada: Customer, actor: Actor) -> None:
    others = CustomerAddressFactory()
    own = CustomerAddressFactory(customer_id=ada.pk)
    before = contents()
    acts: list[tuple[type[Exception], Callable[[], Any]]] = [
        (NotFound, lambda: services.change_address(ada.pk, others.pk, actor=actor, fields={"city": "x"})),
        (NotFound, lambda: services.remove_address(ada.pk, others.pk, actor=actor)),
        (NotFound, lambda: services.add_address(987654321, actor=actor, address=HOME)),
        (StaleVersion, lambda: services.add_address(ada.pk, actor=actor, address=HOME, expected_version=1)),
        (StaleVersion, lambda: services.change_address(ada.pk, own.pk, actor=actor, expected_version=1)),
        (StaleVersion, lambda: services.remove_address(ada.pk, own.pk, actor=actor, expected_version=1)),
    ]

    for refusal, act in acts:
        with pytest.raises(refusal):
            run(act)
    assert contents() == before


def test_an_address_reads_line_by_line() -> None:
    assert lines_of(OFFICE.as_json()) == ["Ada Lovelace", "Engines", "1 Dorset Street", "London", "United Kingdom"]
    assert lines_of(HOME.as_json())[2:] == ["SW1Y 4JH London", "United Kingdom"]


# Two at once


def race_for_the_default(monkeypatch: pytest.MonkeyPatch, patience: float) -> list[str]:
    ada = CustomerFactory()
    entries = [CustomerAddressFactory(customer_id=ada.pk) for _ in range(2)]
    meet_after(monkeypatch, address_services, "_entry", Meeting(patience=patience))

    def choosing(entry: CustomerAddress) -> Callable[[], Any]:
        actor = Actor.command("test")
        return lambda: run(lambda: services.change_address(ada.pk, entry.pk, actor=actor, defaults={"shipping": True}))

    outcomes = codes(race(*map(choosing, entries)))
    assert CustomerAddress.objects.filter(is_default_shipping=True).count() == 1
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_two_choose_a_default_at_once_and_the_later_one_is_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race_for_the_default(monkeypatch, 0.25) == ["done", "done"]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_only_the_database_keeps_it_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.order_by("pk")

    monkeypatch.setattr(CustomerQuerySet, "locked", unlocked)

    assert race_for_the_default(monkeypatch, 10) == ["done", "duplicate"]


# The doors


def test_the_api_shows_the_book_of_one_customer_under_the_customers_tag(ada: Customer, api: Client) -> None:
    CustomerAddressFactory()
    where = f"/api/v1/customers/{ada.pk}/addresses/"
    body = {"name": "Ada", "line1": "1 Way", "city": "Bonn", "country": "DE", "is_default_shipping": True}

    made = api.post(where, body, content_type="application/json", headers={"If-Match": '"1"'})
    late = api.post(where, body, content_type="application/json", headers={"If-Match": '"1"'})

    assert (made.status_code, made["ETag"], late.status_code) == (201, '"2"', 412)
    assert made.json()["is_default_shipping"] is True and made.json()["company"] == ""
    assert api.get(where).json()["results"] == [made.json()]
    assert api.get(f"/api/v1/customers/{ada.pk}/")["ETag"] == '"2"'
    assert api.get(made["Location"], headers={"If-None-Match": '"2"'}).status_code == 304


def test_the_api_leaves_anothers_address_alone(ada: Customer, api: Client) -> None:
    others = CustomerAddressFactory()
    where = f"/api/v1/customers/{ada.pk}/addresses/{others.pk}/"
    before = contents()

    statuses = {
        api.get(where).status_code,
        api.patch(where, {"city": "Paris"}, content_type="application/json").status_code,
        api.delete(where).status_code,
        api.get("/api/v1/customers/987654321/addresses/").status_code,
    }

    assert statuses == {404}
    assert contents() == before


def page(name: str, pk: int) -> str:
    return reverse(f"admin:customers_{name}", args=[pk])


def test_an_address_is_added_changed_and_removed_in_the_back_office(
    ada: Customer, staff: Callable[[str], Client]
) -> None:
    browser = staff("sales")
    parts = {"address_name": "Ada", "address_line1": "1 Way", "address_city": "Bonn", "address_country": "DE"}

    def send(url: str, version: int, key: int, **form: str) -> Any:
        unseen = {"idempotency_key": f"00000000-0000-0000-0000-00000000000{key}", "version": version}
        return browser.post(url, {**unseen, **form})

    added = send(page("customer_add_address", ada.pk), 1, 1, is_default_billing="on", **parts)
    entry = CustomerAddress.objects.get()
    assert added["Location"] == page("customer_change", ada.pk)
    assert (entry.city, entry.purposes) == ("Bonn", ("billing",))
    assert "1 Way, Bonn, Germany" in browser.get(added["Location"]).content.decode()

    shown = browser.get(page("customeraddress_edit", entry.pk)).content.decode()
    assert 'value="1 Way"' in shown and '<option value="DE" selected>' in shown
    send(page("customeraddress_edit", entry.pk), 2, 2, **{**parts, "address_city": "Köln"})
    changed = CustomerAddress.objects.get()
    assert (changed.city, changed.purposes) == ("Köln", ())

    lacking = send(page("customeraddress_edit", entry.pk), 3, 3, **{**parts, "address_city": ""})
    assert lacking.context["form"].errors["address"] == ["City: This is needed."]

    send(page("customeraddress_remove", entry.pk), 3, 4)
    assert not CustomerAddress.objects.exists()
    assert [kind for kind, _, _ in told(ada.pk)] == [
        "customer.address_added", "customer.address_changed", "customer.address_removed",
    ]  # fmt: skip
