"""Customers in groups: at most one each, and a group goes when nobody is in it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from common.actors import Actor
from common.errors import Duplicate, InvalidInput, NotFound, StaleVersion
from common.tests.attacks import refusal
from common.tests.contents import contents
from common.tests.racing import Meeting, codes, meet_after, race
from common.transactions import run
from customers import services
from customers.errors import GroupInUse
from customers.models import Customer, CustomerGroup
from customers.services import acts
from customers.tests.factories import CustomerFactory, CustomerGroupFactory
from events.models import Event

pytestmark = pytest.mark.django_db

ACTOR = Actor.command("test")


def told(kind: str, pk: int) -> list[tuple[str, Any, Any]]:
    story = Event.objects.filter(aggregatetype=kind, aggregateid=pk).order_by("version")
    return list(story.values_list("type", "payload", "personal"))


def test_a_group_is_told_from_first_to_last() -> None:
    group = services.create_group(actor=ACTOR, name="Trade")
    services.change_group(group.pk, actor=ACTOR, name="Wholesale", description="")
    assert services.change_group(group.pk, actor=ACTOR, name="Wholesale").version == 2
    services.delete_group(group.pk, actor=ACTOR)

    assert told("customer_group", group.pk) == [
        ("customer_group.created", {"name": [None, "Trade"], "description": [None, ""]}, None),
        ("customer_group.changed", {"name": ["Trade", "Wholesale"]}, None),
        ("customer_group.deleted", {"name": "Wholesale"}, None),
    ]
    assert not CustomerGroup.objects.exists()


def test_the_group_of_a_customer_is_nothing_personal() -> None:
    first, second = CustomerGroupFactory().pk, CustomerGroupFactory().pk
    customer = CustomerFactory(group_id=first)

    services.change_customer(customer.pk, actor=ACTOR, group_id=second, phone="1")
    services.put_customer(actor=ACTOR, email=customer.email, group_id=None)

    created, changed, put = told("customer", customer.pk)
    assert created[1]["group_id"] == [None, first] and "group_id" not in created[2]
    assert changed[1:] == ({"fields": ["phone"], "group_id": [first, second]}, {"phone": ["", "1"]})
    assert put[1:] == ({"fields": [], "group_id": [second, None]}, None)
    assert "group_id" not in told("customer", CustomerFactory().pk)[0][1]


def test_a_group_in_use_stays_and_what_there_is_not_is_refused() -> None:
    group, customer = CustomerGroupFactory(name="Trade"), CustomerFactory()
    services.change_customer(customer.pk, actor=ACTOR, group_id=group.pk)
    before = contents()
    refusals: list[tuple[type[Exception], Callable[[], Any]]] = [
        (GroupInUse, lambda: services.delete_group(group.pk, actor=ACTOR)),
        (StaleVersion, lambda: services.change_group(group.pk, actor=ACTOR, name="x", expected_version=2)),
        (StaleVersion, lambda: services.delete_group(group.pk, actor=ACTOR, expected_version=2)),
        (NotFound, lambda: services.delete_group(987654321, actor=ACTOR)),
        (InvalidInput, lambda: services.change_customer(customer.pk, actor=ACTOR, group_id=987654321)),
        (InvalidInput, lambda: CustomerFactory(group_id=987654321)),
        (InvalidInput, lambda: services.put_customer(actor=ACTOR, email="new@example.com", group_id=987654321)),
    ]

    for error, act in refusals:
        with pytest.raises(error):
            run(act)
    assert contents() == before


@pytest.mark.django_db(transaction=True)
def test_a_name_is_taken_in_every_case() -> None:
    CustomerGroupFactory(name="Trade")

    with pytest.raises(Duplicate) as taken:
        run(lambda: services.create_group(actor=ACTOR, name="TRADE"))
    assert taken.value.errors[0].pointer == "/name"


def test_the_database_refuses_a_group_without_a_name() -> None:
    CustomerGroupFactory()

    assert refusal("UPDATE customer_groups SET name = ''") == "customer_groups_name_present"
    assert refusal("UPDATE customer_groups SET version = 0") == "customer_groups_version_positive"


def race_to_join_and_remove(monkeypatch: pytest.MonkeyPatch, patience: float) -> list[str]:
    """A customer joins a group that is removed just after it was looked up."""
    group, customer = CustomerGroupFactory(), CustomerFactory()
    looked, removed = Meeting(patience=10), Meeting(patience=patience)
    meet_after(monkeypatch, acts, "hold_group", looked)
    meet_after(monkeypatch, acts, "hold_group", removed)

    def remove() -> None:
        looked.wait()
        try:
            run(lambda: services.delete_group(group.pk, actor=ACTOR))
        finally:
            removed.wait()

    def join() -> None:
        run(lambda: services.change_customer(customer.pk, actor=ACTOR, group_id=group.pk))

    outcomes = codes(race(join, remove))
    assert Customer.objects.filter(group=group).exists() == CustomerGroup.objects.exists()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_who_joins_first_keeps_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race_to_join_and_remove(monkeypatch, 0.25) == ["done", "group_in_use"]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_hold_only_the_foreign_key_stands_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "hold_group", lambda group_id: CustomerGroup.objects.get(pk=group_id))

    assert race_to_join_and_remove(monkeypatch, 10) == ["conflict", "done"]


def test_the_api_lists_who_is_in_a_group_and_removes_an_empty_one(api: Client) -> None:
    made = api.post("/api/v1/customer-groups/", {"name": "Trade"}, content_type="application/json")
    group = made.json()["id"]
    CustomerFactory()
    member = CustomerFactory(group_id=group)

    assert [each["id"] for each in api.get(f"/api/v1/customers/?group_id={group}").json()["results"]] == [member.pk]
    refused = api.delete(made["Location"])
    assert (refused.status_code, refused.json()["code"]) == (409, "group_in_use")
    api.patch(f"/api/v1/customers/{member.pk}/", {"group_id": None}, content_type="application/json")
    assert api.delete(made["Location"]).status_code == 200
    assert api.get(made["Location"]).status_code == 404


def test_the_back_office_groups_customers(staff: Callable[[str], Client]) -> None:
    browser, customer = staff("manager"), CustomerFactory(email="ada@example.com")

    def send(page: str, args: list[int], key: int, **form: Any) -> Any:
        unseen = {"idempotency_key": f"00000000-0000-0000-0000-00000000000{key}"}
        return browser.post(reverse(f"admin:customers_{page}", args=args), {**unseen, **form})

    send("customergroup_add", [], 1, name="Trade")
    group = CustomerGroup.objects.get()
    send("customer_edit", [customer.pk], 2, version=1, email="ada@example.com", group_id=group.pk)
    assert Customer.objects.get().group_id == group.pk
    edit = browser.get(reverse("admin:customers_customer_edit", args=[customer.pk])).content.decode()
    assert f'<option value="{group.pk}" selected>Trade</option>' in edit

    refused = send("customergroup_remove", [group.pk], 3, version=1)
    assert "There are customers in the group" in str(refused.context["form"].errors)
    send("customer_edit", [customer.pk], 4, version=2, email="ada@example.com", group_id="")
    removed = send("customergroup_remove", [group.pk], 5, version=1)
    assert removed["Location"] == reverse("admin:customers_customergroup_changelist")
    assert not CustomerGroup.objects.exists()
