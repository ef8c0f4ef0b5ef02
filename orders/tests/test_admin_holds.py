"""Holds in the back-office: at the top of the order's page, placed and released there."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orders import services
from orders.models import Hold, Order
from orders.tests.factories import ACTOR, HoldFactory, OrderFactory, order_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(staff: Callable[[str], Client]) -> Client:
    return staff("chief")


def url(act: str, *pks: int) -> str:
    return reverse(f"admin:orders_order_{act}", args=pks)


def sent(version: int, **fields: Any) -> dict[str, Any]:
    return {"idempotency_key": str(uuid.uuid4()), "version": version, **fields}


def test_a_hold_stands_at_the_top_of_the_order_with_who_placed_it_and_why(chief: Client) -> None:
    order = OrderFactory()

    placed = chief.post(url("place_hold", order.pk), sent(1, kind="fraud_review", reason="Three countries"))
    page = chief.get(url("change", order.pk))

    (shown,) = page.context["holds"]
    assert placed.status_code == 302
    assert (shown["hold"].kind, shown["hold"].reason, shown["who"]) == ("fraud_review", "Three countries", "chief-0")
    blocked = {each.act.name: each.blockers[0].detail for each in page.context["buttons"] if each.blockers}
    assert blocked["confirm"] == "It is on hold: fraud review."
    assert b"Hold for fraud review" in page.content  # in the timeline


def test_of_several_holds_the_one_chosen_is_released_and_a_double_click_releases_it_once(chief: Client) -> None:
    order = OrderFactory()
    first, second = (HoldFactory(order_id=order.pk, kind=kind) for kind in ("stock", "payment"))
    form = chief.get(url("release_hold", order.pk)).context["form"]
    assert [pk for pk, _ in form.fields["hold_id"].choices] == [first.pk, second.pk]

    for body in [sent(3, hold_id=second.pk, reason="Paid")] * 2:
        assert chief.post(url("release_hold", order.pk), body).status_code == 302

    assert Order.objects.get(pk=order.pk).held_for == ["stock"]
    assert Hold.objects.get(pk=second.pk).release_reason == "Paid"


def test_a_release_that_somebody_overtook_is_refused(chief: Client) -> None:
    hold = HoldFactory()
    services.release_hold(hold.order_id, hold.pk, actor=ACTOR)

    answer = chief.post(url("release_hold", hold.order_id), sent(2, hold_id=hold.pk))

    assert answer.status_code == 200
    assert "It was changed while you had it open" in str(answer.context["form"].errors)


def test_the_list_shows_and_finds_what_is_on_hold(chief: Client) -> None:
    free, held = OrderFactory(), HoldFactory(kind="stock").order_id

    def found(query: str) -> set[int]:
        return {order.pk for order in chief.get(url("changelist") + query).context["cl"].result_list}

    assert found("") == {free.pk, held}
    assert found("?on_hold=yes") == found("?on_hold=stock") == {held}
    assert found("?on_hold=payment") == found("?on_hold=nonsense") == set()
    assert chief.get(url("changelist")).content.count(b"ON HOLD") == 1


def test_the_timeline_says_which_holds_a_cancellation_released(chief: Client) -> None:
    order = OrderFactory()
    for kind in ("stock", "payment"):
        HoldFactory(order_id=order.pk, kind=kind)
    services.cancel_order(order.pk, reason="Late", actor=ACTOR)

    newest = chief.get(url("change", order.pk)).context["story"][0]

    assert newest.fields == {
        "status": (None, "CANCELLED"), "hold_for_stock": (None, "released"), "hold_for_payment": (None, "released"),
    }  # fmt: skip


def test_the_timeline_says_which_holds_giving_up_the_rest_released(chief: Client) -> None:
    order = order_in("dispatched")
    HoldFactory(order_id=order.pk, kind="stock")
    rest = [services.ItemUnits(order.lines[0].pk, 1)]
    services.short_close(order.pk, lines=rest, reason="Broken", actor=ACTOR)

    shipped, closed, *_ = chief.get(url("change", order.pk)).context["story"]

    assert (shipped.type, closed.fields) == ("order.shipped", {"hold_for_stock": (None, "released")})
