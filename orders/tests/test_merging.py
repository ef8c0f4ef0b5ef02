"""Two customers who are the same person become one; the other stays as an alias that leads to them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.actors import Actor
from common.errors import DomainError, NotFound, StaleVersion
from common.tests.contents import contents
from common.tests.importing import run_import, write_csv
from common.tests.racing import Meeting, codes, meet_after, race
from common.transactions import run
from customers import services as customer_services
from customers.models import Customer
from customers.tests.factories import HOME, OFFICE, CustomerAddressFactory, CustomerFactory
from events.models import Event
from orders import services
from orders.models import Order
from orders.services import merging, placing
from orders.tests.factories import ACTOR, OrderFactory
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Customer:
    """Who goes on, with an order and an address of her own."""
    ada = CustomerFactory(email="ada@example.com", first_name="Ada")
    CustomerAddressFactory(customer_id=ada.pk, defaults={"shipping": True})
    OrderFactory(customer_id=ada.pk)
    return ada


@pytest.fixture
def twin() -> Customer:
    """The same person under another e-mail, with an order and an address."""
    twin = CustomerFactory(email="twin@example.com", first_name="Augusta")
    CustomerAddressFactory(customer_id=twin.pk, address=OFFICE, defaults={"shipping": True, "billing": True})
    OrderFactory(customer_id=twin.pk, addresses={"shipping_address": OFFICE}, note="Ring twice")
    return twin


def story(kind: str, pk: int) -> list[tuple[str, Any, Any]]:
    events = Event.objects.filter(aggregatetype=kind, aggregateid=pk).order_by("version")
    return list(events.values_list("type", "payload", "personal"))


def test_orders_and_addresses_go_over_and_each_is_told_once(ada: Customer, twin: Customer, actor: Actor) -> None:
    order = Order.objects.get(customer=twin)
    entry = twin.addresses.get()

    survivor = services.merge_customers(twin.pk, into=ada.pk, actor=actor)

    assert survivor.pk == ada.pk and ada.orders.count() == 2 and not twin.orders.exists()
    assert story("order", order.pk)[-1] == ("order.customer_changed", {"customer_id": [twin.pk, ada.pk]}, None)
    assert story("customer", twin.pk)[-1] == ("customer.merged", {"merged_into_id": [None, ada.pk], "orders": 1}, None)
    payload = {"customer_id": twin.pk, "orders": 1, "address_ids": [entry.pk]}
    told = {"addresses": {str(entry.pk): OFFICE.as_json()}}
    assert story("customer", ada.pk)[-1] == ("customer.absorbed", payload, told)
    # What she has is hers: her particulars, and her defaults.
    assert Customer.objects.get(pk=ada.pk).first_name == "Ada"
    assert customer_services.default_addresses(ada.pk) == {"shipping": HOME, "billing": None}
    assert ada.addresses.count() == 2 and not twin.addresses.exists()
    assert Order.objects.get(pk=order.pk).shipping_address == OFFICE.as_json()


@pytest.mark.parametrize("number", [0, 1, 40])
def test_it_needs_as_many_statements_however_many_orders_there_are(ada: Customer, actor: Actor, number: int) -> None:
    twin = CustomerFactory()
    line = services.Line(quantity=1, product_id=ProductFactory(stock_quantity=100).pk)
    for _ in range(number):
        OrderFactory(customer_id=twin.pk, lines=[line])

    with CaptureQueriesContext(connection) as queries:
        services.merge_customers(twin.pk, into=ada.pk, actor=actor)

    assert len(queries) == 14
    assert ada.orders.count() == number + 1


def test_an_alias_leads_to_who_goes_on(ada: Customer, twin: Customer, actor: Actor, api: Client, tmp_path: Any) -> None:
    services.merge_customers(twin.pk, into=ada.pk, actor=actor)

    def found(address: str) -> list[int]:
        return [each["id"] for each in api.get(f"/api/v1/{address}").json()["results"]]

    assert found("customers/?email=TWIN@example.com") == found("customers/?search=twin@example.com") == [ada.pk]
    hers = sorted(ada.orders.values_list("pk", flat=True))
    for query in ("customer_email=twin@example.com", "search=twin@example.com", "search=Augusta"):
        assert sorted(found(f"orders/?{query}")) == hers, query

    put = customer_services.put_customer(actor=actor, email="Twin@example.com", phone="123")
    assert (put.pk, put.email, put.phone) == (ada.pk, "ada@example.com", "123")

    placed = OrderFactory(customer_id=twin.pk)
    assert (placed.customer_id, placed.shipping_address) == (ada.pk, HOME.as_json())
    assert story("order", placed.pk)[0][1]["customer_id"] == ada.pk

    head = ("OrderID", "Email", "SKU", "Quantity", "Price", "Date", "Status")
    row = ("old-1", "TWIN@example.com", ProductFactory(sku="TEA").sku, "1", "1.00", "2024-01-31", "DELIVERED")
    maps = "external_ref customer_email sku quantity unit_price created_at status".split()
    arguments = [f"--map={field}={column}" for field, column in zip(maps, head, strict=True)]
    assert run_import("import_orders", write_csv(tmp_path / "o.csv", head, row), *arguments).account["imported"] == 1
    assert Order.objects.get(external_ref="old-1").customer_id == ada.pk
    skipped = run_import("import_customers", write_csv(tmp_path / "c.csv", ("email",), ("twin@example.com",)))
    assert skipped.account["skipped"] == 1


def test_chains_are_made_short(ada: Customer, twin: Customer, actor: Actor) -> None:
    last = CustomerFactory()
    services.merge_customers(twin.pk, into=ada.pk, actor=actor)
    services.merge_customers(ada.pk, into=last.pk, actor=actor)

    aliases = Customer.objects.filter(merged_into=last).order_by("pk")
    assert [alias.pk for alias in aliases] == [ada.pk, twin.pk]
    assert story("customer", twin.pk)[-1][:2] == ("customer.merged", {"merged_into_id": [ada.pk, last.pk]})
    assert Customer.objects.get(pk=twin.pk).version == len(story("customer", twin.pk))
    assert list(Customer.objects.with_email("twin@example.com")) == [last]
    assert OrderFactory(customer_id=twin.pk).customer_id == last.pk and last.orders.count() == 3


def test_nothing_of_an_alias_changes_any_more(ada: Customer, twin: Customer, actor: Actor) -> None:
    services.merge_customers(twin.pk, into=ada.pk, actor=actor)
    before = contents()
    acts: dict[str, Callable[[], Any]] = {
        "change": lambda: customer_services.change_customer(twin.pk, actor=actor, phone="1"),
        "address": lambda: customer_services.add_address(twin.pk, actor=actor, address=HOME),
        "anonymise": lambda: services.anonymise_customer(twin.pk, actor=actor),
        "merge again": lambda: services.merge_customers(twin.pk, into=CustomerFactory().pk, actor=actor),
        "merge into": lambda: services.merge_customers(CustomerFactory().pk, into=twin.pk, actor=actor),
    }

    for name, act in acts.items():
        with pytest.raises(DomainError) as refusal:
            run(act)
        assert (refusal.value.code, refusal.value.facts) == ("customer_merged", {"merged_into_id": ada.pk}), name
    assert contents() == before


def test_what_cannot_be_merged_is_refused(ada: Customer, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten, busy = CustomerFactory(), CustomerFactory()
    services.anonymise_customer(forgotten.pk, actor=actor)
    for _ in range(3):
        OrderFactory(customer_id=busy.pk)
    monkeypatch.setattr(merging, "MOST_ORDERS", 2)
    before = contents()

    def merging_of(source: int, target: int, **more: Any) -> Callable[[], Any]:
        return lambda: services.merge_customers(source, into=target, actor=actor, **more)

    for act, code in (
        (merging_of(ada.pk, ada.pk), "validation_error"),
        (merging_of(ada.pk, 987654321), "validation_error"),
        (merging_of(987654321, ada.pk), NotFound.code),
        (merging_of(forgotten.pk, ada.pk), "customer_anonymised"),
        (merging_of(ada.pk, forgotten.pk), "customer_anonymised"),
        (merging_of(busy.pk, ada.pk), "too_many_orders"),
        (merging_of(busy.pk, ada.pk, expected_version=7), StaleVersion.code),
    ):
        with pytest.raises(DomainError) as refusal:
            run(act)
        assert refusal.value.code == code
    assert contents() == before
    assert services.merge_customers(ada.pk, into=busy.pk, actor=actor).pk == busy.pk  # the other way round it goes


def test_forgetting_a_person_forgets_their_aliases(ada: Customer, twin: Customer, actor: Actor) -> None:
    services.merge_customers(twin.pk, into=ada.pk, actor=actor)

    services.anonymise_customer(ada.pk, actor=actor)

    assert not Event.objects.filter(personal__isnull=False).exists()
    assert all(email.endswith("@anonymised.invalid") for email in Customer.objects.values_list("email", flat=True))
    assert not Order.objects.exclude(shipping_address=None).exists()


# Two things at once


def moving(source: Customer, target: Customer) -> Callable[[], Any]:
    return lambda: run(lambda: services.merge_customers(source.pk, into=target.pk, actor=ACTOR))


def placing_for(customer: Customer) -> Callable[[], Any]:
    line = services.Line(quantity=1, product_id=ProductFactory().pk)
    return lambda: run(lambda: services.place_order(customer_id=customer.pk, lines=[line], actor=ACTOR))


def race_to_merge_and_place(monkeypatch: pytest.MonkeyPatch, patience: float, *, by_alias: bool = False) -> list[Order]:
    """An order is placed for a customer who is merged just after they were looked up. Returns what they still have.

    Or for one who was merged into that customer before.
    """
    source, target = CustomerFactory(), CustomerFactory()
    buyer = CustomerFactory() if by_alias else source
    if by_alias:
        moving(buyer, source)()
    looked, merged = Meeting(patience=10), Meeting(patience=patience)
    meet_after(monkeypatch, placing, "hold_customer", looked)
    meet_after(monkeypatch, placing, "hold_customer", merged)
    merge = moving(source, target)

    def merge_meanwhile() -> None:
        looked.wait()
        merge()
        merged.wait()

    assert codes(race(placing_for(buyer), merge_meanwhile)) == ["done", "done"]
    assert Order.objects.count() == 1
    return list(source.orders.all())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by_alias", [False, True])
def test_an_order_that_is_being_placed_goes_over_with_the_others(
    monkeypatch: pytest.MonkeyPatch, by_alias: bool
) -> None:
    assert race_to_merge_and_place(monkeypatch, 0.25, by_alias=by_alias) == []


@pytest.mark.django_db(transaction=True)
def test_control_without_the_hold_the_order_is_left_with_the_alias(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "hold_customer", lambda customer_id: Customer.objects.get(pk=customer_id).pk)

    assert len(race_to_merge_and_place(monkeypatch, 10)) == 1


@pytest.mark.django_db(transaction=True)
def test_an_order_that_comes_while_they_are_merged_is_that_of_who_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = CustomerFactory(), CustomerFactory()
    held = Meeting(patience=10)
    meet_after(monkeypatch, merging, "lock_to_merge", held)
    meet_after(monkeypatch, merging, "lock_to_merge", Meeting(patience=0.3))
    place = placing_for(source)

    def place_meanwhile() -> Any:
        held.wait()
        return place()

    assert codes(race(moving(source, target), place_meanwhile)) == ["done", "done"]
    assert Order.objects.get().customer_id == target.pk
    assert story("order", Order.objects.get().pk)[0][1]["customer_id"] == target.pk


@pytest.mark.django_db(transaction=True)
def test_who_is_held_by_e_mail_while_they_are_merged_is_who_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = CustomerFactory(email="Twin@example.com"), CustomerFactory(email="ada@example.com")
    held = Meeting(patience=10)
    meet_after(monkeypatch, merging, "lock_to_merge", held)
    meet_after(monkeypatch, merging, "lock_to_merge", Meeting(patience=0.3))

    def hold() -> dict[str, int]:
        held.wait()
        return run(lambda: customer_services.hold_customers(["twin@example.com", "ADA@example.com", "no@example.com"]))

    _, found = race(moving(source, target), hold)
    assert found == {"twin@example.com": target.pk, "ada@example.com": target.pk}


@pytest.mark.django_db(transaction=True)
def test_each_merged_into_the_other_at_once_leaves_one(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = CustomerFactory(), CustomerFactory()
    meet_after(monkeypatch, merging, "lock_to_merge", Meeting(patience=0.25))

    assert codes(race(moving(first, second), moving(second, first))) == ["customer_merged", "done"]
    assert Customer.objects.filter(merged_into=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_is_put_by_e_mail_while_they_are_merged_is_who_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = CustomerFactory(email="twin@example.com"), CustomerFactory()
    held = Meeting(patience=10)
    meet_after(monkeypatch, merging, "lock_to_merge", held)
    meet_after(monkeypatch, merging, "lock_to_merge", Meeting(patience=0.3))

    def put() -> Any:
        held.wait()
        return run(lambda: customer_services.put_customer(actor=ACTOR, email="twin@example.com", phone="123"))

    assert codes(race(moving(source, target), put)) == ["done", "done"]
    assert dict(Customer.objects.values_list("pk", "phone")) == {source.pk: "", target.pk: "123"}


# The doors


def test_the_api_answers_with_who_goes_on(ada: Customer, twin: Customer, api: Client) -> None:
    where = f"/api/v1/customers/{twin.pk}/merge/"
    body = {"into": ada.pk}

    stale = api.post(where, body, content_type="application/json", headers={"If-Match": '"9"'})
    done = api.post(where, body, content_type="application/json", headers={"If-Match": '"2"', "Idempotency-Key": "k"})
    again = api.post(where, body, content_type="application/json", headers={"If-Match": '"2"', "Idempotency-Key": "k"})
    refused = api.post(where, body, content_type="application/json")

    assert stale.status_code == 412
    assert (done.status_code, done.json()["id"], done.json()["merged_into_id"]) == (200, ada.pk, None)
    assert (again.content, again["Idempotency-Replayed"]) == (done.content, "true")
    assert (refused.status_code, refused.json()["code"]) == (409, "customer_merged")
    assert refused.json()["merged_into_id"] == ada.pk
    assert api.get(f"/api/v1/customers/{twin.pk}/").json()["merged_into_id"] == ada.pk


def test_the_back_office_merges_and_shows_both_ends(
    ada: Customer, twin: Customer, staff: Callable[[str], Client]
) -> None:
    browser = staff("manager")
    form = {"idempotency_key": "00000000-0000-0000-0000-000000000001", "version": 2, "into": ada.pk}

    done = browser.post(reverse("admin:customers_customer_merge", args=[twin.pk]), form)

    page = reverse("admin:customers_customer_change", args=[ada.pk])
    assert done["Location"] == page
    assert "twin@example.com" in browser.get(page).content.decode()
    alias = browser.get(reverse("admin:customers_customer_change", args=[twin.pk]))
    assert f'href="{page}">customer {ada.pk}</a>' in alias.content.decode()
    assert all(button.blockers for button in alias.context["buttons"])
