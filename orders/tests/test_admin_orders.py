"""Orders in the back-office: acts go through, once, on what the person saw; a refusal says why and keeps the input."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from common.actors import Actor
from common.admin.records import CappedPaginator
from common.tests.racing import race
from customers.tests.factories import CustomerFactory
from events.models import Event
from orders import services
from orders.models import Order
from orders.tests.factories import ACTOR, OrderFactory, PaymentFactory, move_to, order_in
from products.models import Product, StockMovement
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(staff: Callable[[str], Client]) -> Client:
    return staff("chief")


def url(act: str, order: Order | None = None) -> str:
    return reverse(f"admin:orders_order_{act}", args=[order.pk] if order else [])


def sent(order: Order | None = None, **fields: Any) -> dict[str, Any]:
    """A form as the page would send it."""
    unseen = {"idempotency_key": str(uuid.uuid4()), **({"version": order.version} if order else {})}
    return {**unseen, **fields}


def now(order: Order) -> Order:
    return Order.objects.with_lines().get(pk=order.pk)


def errors(response: Any) -> str:
    form = response.context["form"]
    return str(form.errors.as_data())


@pytest.mark.parametrize(
    ("before", "act", "after", "fields"),
    [
        ("PENDING", "confirm", "CONFIRMED", {}),
        ("CONFIRMED", "ship", "SHIPPED", {"note": "two parcels"}),
        ("SHIPPED", "deliver", "DELIVERED", {}),
        ("CONFIRMED", "cancel", "CANCELLED", {"reason": "changed their mind"}),
        ("DELIVERED", "note", "DELIVERED", {"text": "rang twice"}),
    ],
)
def test_an_act_goes_through_and_is_recorded_with_who_did_it_and_the_request(
    before: str, act: str, after: str, fields: dict[str, str], chief: Client
) -> None:
    order = OrderFactory(status=before)

    response = chief.post(url(act, order), sent(order, **fields), headers={"X-Request-Id": "req-1"})

    assert response.status_code == 302 and response["Location"] == url("change", order)
    assert now(order).status == after
    event = Event.objects.filter(aggregatetype="order", aggregateid=order.pk).latest("version")
    assert (event.actor, event.request_id) == (f"user:{chief.session['_auth_user_id']}", "req-1")


def test_an_order_is_placed_and_takes_the_stock(chief: Client) -> None:
    customer, product = CustomerFactory(), ProductFactory(sku="TEA", stock_quantity=10)

    form = sent(customer_id=customer.pk, items_sku=["TEA", ""], items_quantity=["3", ""], external_ref="web-7")
    response = chief.post(url("add"), form)

    order = Order.objects.get()
    assert response["Location"] == url("change", order)
    assert (order.customer_id, order.total_cents, order.external_ref) == (customer.pk, 3_750, "web-7")
    assert Product.objects.get(pk=product.pk).stock_quantity == 7


def test_an_order_of_a_thousand_lines_is_a_form_like_any_other(chief: Client) -> None:
    customer, product = CustomerFactory(), ProductFactory(sku="TEA", stock_quantity=1_000)

    form = sent(customer_id=customer.pk, items_sku=["TEA"] * 1_000, items_quantity=["1"] * 1_000)

    assert chief.post(url("add"), form).status_code == 302
    assert Product.objects.get(pk=product.pk).stock_quantity == 0


def test_the_form_of_the_items_holds_what_is_ordered_and_saves_what_is_typed(chief: Client) -> None:
    order = OrderFactory()
    ProductFactory(sku="TEA")
    page = chief.get(url("edit_items", order))
    assert page.context["form"]["items"].value() == [(order.lines[0].sku, 2)]

    sku = order.lines[0].sku
    chief.post(url("edit_items", order), sent(order, items_sku=[sku, "TEA"], items_quantity=["1", "4"]))

    assert [(line.sku, line.quantity) for line in now(order).lines] == [(sku, 1), ("TEA", 4)]


def test_a_double_click_on_ship_ships_once(chief: Client) -> None:
    """Users of others of its kind: a double click shipped twice."""
    order = OrderFactory(status="CONFIRMED")
    form = sent(order)

    first, second = chief.post(url("ship", order), form), chief.post(url("ship", order), form)
    late = chief.post(url("ship", order), sent(now(order)))

    assert first["Location"] == second["Location"] == url("change", order)
    assert "cannot be shipped" in errors(late)
    (parcel,) = now(order).parcels
    assert [content["quantity"] for content in parcel.contents] == [2]


def test_a_double_click_on_an_act_upon_one_of_its_records_does_it_once(chief: Client) -> None:
    """What was chosen is no longer offered then, and is replayed all the same."""
    order = order_in("prepared")
    PaymentFactory(order_id=order.pk)
    order = services.prepare_shipment(order.pk, actor=ACTOR)
    left, given_up = (parcel.pk for parcel in order.parcels)
    chosen: dict[str, dict[str, Any]] = {
        "dispatch_shipment": {"shipment_id": left},
        "deliver_shipment": {"shipment_id": left},
        "void_shipment": {"shipment_id": given_up},
        "void_payment": {"payment_id": order.payments.get().pk, "reason": "a mistake"},
    }

    for number, (act, fields) in enumerate(chosen.items(), start=1):
        form = sent(now(order), **fields)
        assert [chief.post(url(act, order), form).status_code for _ in range(2)] == [302, 302]
        assert now(order).version == order.version + number

    buttons = chief.get(url("change", order)).context["buttons"]
    assert {button.act.name for button in buttons if button.blockers} >= chosen.keys()


def test_part_of_an_order_is_shipped_and_the_rest_given_up(chief: Client) -> None:
    order = OrderFactory(lines=[services.Line(quantity=5, product_id=ProductFactory(sku="TEA").pk)], status="CONFIRMED")
    item = order.lines[0].pk

    tracking = {"carrier": "DHL", "tracking_number": "T-1", "tracking_url": "https://example.com/T-1"}
    chief.post(url("ship_part", order), sent(order, lines_item_id=item, lines_quantity="3", **tracking))
    page = chief.get(url("change", order)).content.decode()
    assert "partly shipped" in page and '<a href="https://example.com/T-1"' in page
    chief.post(url("short_close", order), sent(now(order), lines_item_id=item, lines_quantity="2", reason="never came"))

    page = chief.get(url("change", order)).content.decode()
    assert now(order).status == "SHIPPED" and "never came" in page and "TEA: 2" in page


def test_the_form_of_a_part_shows_what_is_open_and_keeps_what_was_typed(chief: Client) -> None:
    order = order_in("prepared")
    rows = chief.get(url("ship_part", order)).content.decode()
    assert f'name="lines_item_id" value="{order.lines[0].pk}"' in rows

    refused = chief.post(url("ship_part", order), sent(order, lines_item_id=order.lines[0].pk, lines_quantity="2"))

    assert "2 asked for, 1 available" in errors(refused)
    assert 'value="2" size="8"' in refused.content.decode()


def test_a_double_click_does_it_once_and_shows_the_first_outcome(chief: Client) -> None:
    customer = CustomerFactory()
    ProductFactory(sku="TEA")
    form = sent(customer_id=customer.pk, items_sku="TEA", items_quantity="1")

    first, second = chief.post(url("add"), form), chief.post(url("add"), form)

    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_place_one_order(staff: Callable[[str], Client]) -> None:
    customer, browser = CustomerFactory(), staff("chief")
    ProductFactory(sku="TEA")
    form = sent(customer_id=customer.pk, items_sku="TEA", items_quantity="1")
    cookies = browser.cookies

    def click() -> Any:
        twin = Client()
        twin.cookies = cookies
        return twin.post(url("add"), form)

    first, second = race(click, click)

    assert first["Location"] == second["Location"] == url("change", Order.objects.get())


def test_a_page_sent_again_with_other_input_asks_to_look_first(chief: Client) -> None:
    order = OrderFactory()
    form = sent(order, text="one")
    chief.post(url("note", order), form)

    response = chief.post(url("note", order), {**form, "text": "two"})

    assert "sent before with other input" in errors(response)
    assert response.context["form"]["idempotency_key"].value() != form["idempotency_key"]
    assert now(order).version == order.version + 1


def test_a_stale_form_is_refused_shows_what_changed_and_keeps_the_input(chief: Client, actor: Actor) -> None:
    order = OrderFactory()
    services.add_note(order.pk, actor=actor, text="Ring twice")

    response = chief.post(url("cancel", order), sent(order, reason="sold out"))

    assert now(order).status == "PENDING"
    form = response.context["form"]
    assert (form["reason"].value(), form["version"].value()) == ("sold out", "2")
    assert [entry.note for entry in response.context["meanwhile"]] == ["Ring twice"]
    assert "Ring twice" in response.content.decode()


def test_a_preview_shows_the_outcome_and_changes_nothing(chief: Client) -> None:
    order = OrderFactory()
    sku = order.lines[0].sku

    form = sent(order, items_sku=sku, items_quantity="5", _preview="Preview")
    response = chief.post(url("edit_items", order), form)

    assert ("Total", "25.00 EUR → 62.50 EUR") in response.context["preview"]
    assert (now(order).version, now(order).total_cents) == (1, 2_500)
    assert Product.objects.get(sku=sku).stock_quantity == 8


def test_what_stands_in_the_way_is_said_on_the_page_and_not_by_an_error_page(chief: Client) -> None:
    order = OrderFactory(status="SHIPPED")

    response = chief.post(url("cancel", order), sent(order, reason="late"))

    assert response.status_code == 200
    assert "cannot be cancelled" in errors(response)
    assert now(order).status == "SHIPPED"


def test_short_products_are_named_one_by_one_and_the_input_is_kept(chief: Client) -> None:
    customer = CustomerFactory()
    ProductFactory(sku="TEA", stock_quantity=1)

    form = sent(customer_id=customer.pk, items_sku="TEA", items_quantity="3")
    response = chief.post(url("add"), form)

    assert "TEA: 3 asked for, 1 available" in errors(response)
    assert response.context["form"]["items"].value() == [("TEA", "3")]
    assert not Order.objects.exists()


def test_an_unknown_sku_is_told_at_the_items_with_its_line(chief: Client) -> None:
    customer = CustomerFactory()
    ProductFactory(sku="TEA")

    form = sent(customer_id=customer.pk, items_sku=["TEA", "NONE"], items_quantity=["1", "1"])
    response = chief.post(url("add"), form)

    assert response.context["form"].errors["items"] == ["Line 2: There is no such product."]


HOSTILE = ["", "\0", "a\0b", "9" * 5_000, "-1", "1e9", "1.5", "٣", "NaN", "x" * 300, "<script>", "' OR 1=1"]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("field", ["idempotency_key", "version", "items_sku", "items_quantity", "customer_id"])
def test_bad_input_is_told_and_changes_nothing(field: str, value: str, chief: Client) -> None:
    order = OrderFactory()
    good = {"customer_id": order.customer_id, "items_sku": order.lines[0].sku, "items_quantity": "1"}

    for act in ("edit_items",) if field == "version" else ("edit_items", "add"):
        if field == "customer_id" and act == "edit_items":
            continue
        response = chief.post(url(act, None if act == "add" else order), {**sent(order), **good, field: value})
        assert response.status_code == 200 and response.context["form"].errors

    assert (Order.objects.count(), now(order).version) == (1, 1)


def test_nothing_at_all_is_an_answer_too(chief: Client) -> None:
    order = OrderFactory()

    for act in ("add", "edit_items", "confirm", "cancel", "note"):
        response = chief.post(url(act, None if act == "add" else order), {})
        assert response.status_code == 200 and response.context["form"].errors

    assert now(order).version == 1


@pytest.mark.parametrize("pk", ["0", "999", "9" * 30, "x", "1%00", "-1"])
@pytest.mark.parametrize("page", ["change/", "confirm/", "edit_items/"])
def test_an_unknown_order_is_not_found(pk: str, page: str, chief: Client) -> None:
    assert chief.get(f"/admin/orders/order/{pk}/{page}").status_code == 404
    assert chief.post(f"/admin/orders/order/{pk}/{page}").status_code in (404, 405)


@pytest.mark.parametrize(
    "query",
    "q=%00 q=SO-99999999999999999999 q=١ p=999999999 p=x status__exact=%00 external_ref__regex=( o=99.x "
    "created_at__year=99999999 created_at__gte=0001-01-01T00:00:00%2B14:00 status__exact=NONE created_at__lt= "
    "customer__email__startswith=a created_at__gte=x id__exact=99999999999999999999999 q=a%27b %00=1".split(),
)
def test_a_crafted_address_of_the_list_never_breaks_it(query: str, chief: Client) -> None:
    OrderFactory()

    assert chief.get(f"{url('changelist')}?{query}").status_code in (200, 302, 400)
    assert chief.get("/admin/autocomplete/?app_label=orders&model_name=order&field_name=customer&term=%00").json()


def test_an_order_is_found_by_number_email_reference_and_sku(chief: Client) -> None:
    customer = CustomerFactory(email="Ada@example.com")
    product = ProductFactory(sku="TEA")
    line = services.Line(quantity=1, product_id=product.pk)
    order = OrderFactory(customer_id=customer.pk, external_ref="web-7", lines=[line])
    OrderFactory()

    for term in (str(order.pk), "ada@EXAMPLE.com", "web-7", "TEA"):
        shown = chief.get(url("changelist"), {"q": term}).context["cl"].result_list
        assert [each.pk for each in shown] == [order.pk]


def test_digits_are_a_reference_before_they_are_a_number(chief: Client) -> None:
    first = OrderFactory()
    second = OrderFactory(external_ref=str(first.pk))

    for term, found in ((str(first.pk), second), (str(second.pk), second)):
        shown = chief.get(url("changelist"), {"q": term}).context["cl"].result_list
        assert [each.pk for each in shown] == [found.pk]


def test_a_list_longer_than_the_cap_says_that_it_ends_there(chief: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CappedPaginator, "most", 2)
    for _ in range(3):
        OrderFactory()

    page = chief.get(url("changelist")).content.decode()

    assert "the first 2 orders; narrow the filter to see others" in page


@pytest.mark.parametrize("customer", ["", "x", "%00", "9" * 40, "-1", "1.5", "0"])
def test_an_order_form_opened_for_nobody_in_particular_asks_for_the_customer(customer: str, chief: Client) -> None:
    assert chief.get(f"{url('add')}?customer={customer}").status_code == 200


def test_an_order_form_opened_from_a_customers_page_has_the_customer(chief: Client) -> None:
    customer = CustomerFactory(first_name="Grace", last_name="Hopper")
    link = f"{url('add')}?customer={customer.pk}"

    page = chief.get(reverse("admin:customers_customer_change", args=[customer.pk])).content.decode()

    assert link in page and "Grace Hopper</option>" in chief.get(link).content.decode()


def test_the_page_shows_only_buttons_one_may_press_and_says_why_others_are_blocked(
    staff: Callable[[str], Client],
) -> None:
    order = OrderFactory()

    def buttons(role: str) -> dict[str, bool]:
        page = staff(role).get(url("change", order))
        return {button.act.name: not button.blockers for button in page.context["buttons"]}

    assert buttons("viewer") == {}
    shipping = ("ship", "ship_part", "prepare_shipment", "dispatch_shipment", "deliver_shipment", "void_shipment")
    blocked = dict.fromkeys((*shipping, "deliver"), False)
    back = dict.fromkeys(("request_return", "cancel_return"), False)
    assert buttons("warehouse") == {**blocked, **back, "receive_return": False, "note": True, "place_hold": True}
    free = {"confirm", "edit_items", "change_addresses", "note", "place_hold", "duplicate", "cancel"}
    blocked = {**back, **dict.fromkeys(("exchange_return", "release_hold", "short_close"), False)}
    assert buttons("sales") == {**dict.fromkeys(free, True), **blocked}


def test_the_page_tells_the_whole_story(staff: Callable[[str], Client]) -> None:
    user = User.objects.create_user("grace")
    product = ProductFactory(sku="TEA")
    order = OrderFactory(lines=[services.Line(quantity=2, product_id=product.pk)], note="Ring twice")
    more = [services.Line(quantity=5, product_id=product.pk)]
    services.edit_items(order.pk, lines=more, actor=Actor(user.actor_name))

    page = staff("viewer").get(url("change", order)).content.decode()

    assert all(words in page for words in ("Placed", "Ring twice", "Items changed", "by grace", "62.50 EUR"))
    assert "TEA: <del>2</del> → <ins>5</ins>" in page


def test_the_timeline_tells_how_the_status_moved(staff: Callable[[str], Client]) -> None:
    order = OrderFactory(status="CONFIRMED")

    page = staff("viewer").get(url("change", order)).content.decode()

    assert "Status: <del>PENDING</del> → <ins>CONFIRMED</ins>" in page


def test_what_a_customer_wrote_is_shown_as_text(chief: Client) -> None:
    order = OrderFactory(note="<script>alert(1)</script>", external_ref="<b>x</b>")

    page = chief.get(url("change", order)).content.decode() + chief.get(url("changelist")).content.decode()

    assert "<script>alert" not in page and "<b>x</b>" not in page


def test_the_page_of_an_order_takes_the_same_few_statements_whatever_its_length(chief: Client) -> None:
    short = OrderFactory()
    lines = [services.Line(quantity=1, product_id=ProductFactory().pk) for _ in range(5)]
    long = move_to(OrderFactory(lines=lines), "DELIVERED")

    assert len(statements(chief, url("change", short))) == len(statements(chief, url("change", long))) == 14


def statements(browser: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def test_the_ledger_and_the_log_offer_nothing_to_edit(chief: Client) -> None:
    OrderFactory()

    for model in ("products/stockmovement", "events/event"):
        assert chief.get(f"/admin/{model}/").status_code == 200
        assert chief.get(f"/admin/{model}/add/").status_code == 404
        pk = StockMovement.objects.first().pk if "stock" in model else Event.objects.first().pk  # type: ignore[union-attr]
        assert chief.get(f"/admin/{model}/{pk}/change/").status_code == 404
