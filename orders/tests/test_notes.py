"""Notes: for the staff alone, or for the customer to read on the confirmation."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event
from orders import services
from orders.tests.factories import ACTOR, OrderFactory

pytestmark = pytest.mark.django_db


def test_whom_a_note_is_for_is_told_and_its_text_stands_apart(api: Client) -> None:
    order = OrderFactory()
    where = f"/api/v1/orders/{order.pk}/notes/"

    def noted(**fields: str) -> Event:
        answer = api.post(where, {"text": "Ring twice", **fields}, content_type="application/json")
        return Event.objects.get(pk=answer.json()["id"])

    assert [noted(**fields).payload for fields in ({}, {"visibility": "internal"}, {"visibility": "customer"})] == [
        {"visibility": "internal"}, {"visibility": "internal"}, {"visibility": "customer"},
    ]  # fmt: skip
    assert [event.personal for event in Event.objects.filter(type="order.noted")] == [{"note": "Ring twice"}] * 3


def test_the_confirmation_alone_shows_what_the_customer_may_read_as_long_as_it_is_known(
    staff: Callable[[str], Client],
) -> None:
    browser, order = staff("viewer"), OrderFactory()
    for text, visibility in (("A gift <3\nfor you", "customer"), ("Pays late", "internal")):
        services.add_note(order.pk, text=text, visibility=visibility, actor=ACTOR)

    def paper(name: str) -> str:
        return browser.get(reverse("admin:orders_order_print", args=[order.pk, name])).content.decode()

    assert "A gift &lt;3<br>for you" in paper("confirmation")
    assert "Pays late" not in paper("confirmation")
    assert "A gift" not in paper("packing-slip")
    services.anonymise_customer(order.customer_id, actor=ACTOR)
    assert "A gift" not in paper("confirmation")


def test_staff_choose_whom_a_note_is_for_and_see_it_in_the_timeline(staff: Callable[[str], Client]) -> None:
    browser, order = staff("sales"), OrderFactory()

    for version, visibility in ((1, "customer"), (2, "")):
        sent = {"idempotency_key": str(uuid.uuid4()), "version": version, "text": "A gift", "visibility": visibility}
        browser.post(reverse("admin:orders_order_note", args=[order.pk]), sent)

    internal, external, _ = browser.get(reverse("admin:orders_order_change", args=[order.pk])).context["story"]
    assert (internal.fields, internal.note) == ({}, "A gift")
    assert (external.fields, external.note) == ({"for": (None, "the customer, too")}, "A gift")
