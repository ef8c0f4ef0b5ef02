"""What staff do all day, done in a browser; no page may complain, and everything asked for is the system's own."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from customers.models import CustomerAddress
from customers.tests.factories import HOME, OFFICE, CustomerAddressFactory, CustomerFactory
from oms.tests.browser.conftest import PHONE, Desk
from orders import services
from orders.models import Order
from orders.services import Line
from orders.tests.factories import ACTOR, OrderFactory
from products.models import Product
from products.tests.factories import ProductFactory

Sitting = Callable[..., Desk]


def status(order: Order) -> str:
    return str(Order.objects.get(pk=order.pk).status)


def test_one_signs_in_and_finds_an_order_by_its_number(at_desk: Sitting) -> None:
    order = OrderFactory()
    desk = at_desk("sales")

    page = desk.open("/admin/orders/order/")
    page.get_by_role("textbox").first.fill(order.number)
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{desk.address}/admin/orders/order/{order.pk}/change/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(order.number)


def test_an_order_is_confirmed_shipped_and_delivered_with_one_press_each(at_desk: Sitting) -> None:
    order = OrderFactory()
    page = at_desk("manager").open(f"/admin/orders/order/{order.pk}/change/")

    for button, reached in (("Confirm", "CONFIRMED"), ("Ship", "SHIPPED"), ("Deliver", "DELIVERED")):
        page.locator(".acts").get_by_role("button", name=button, exact=True).click()
        expect(page.locator(".headline .state").first).to_have_text(reached)

    assert status(order) == "DELIVERED"


def test_a_double_click_ships_once(at_desk: Sitting) -> None:
    order = OrderFactory(status="CONFIRMED")
    page = at_desk("warehouse").open(f"/admin/orders/order/{order.pk}/change/")

    page.locator(".acts").get_by_role("button", name="Ship", exact=True).dblclick()

    expect(page.locator(".headline .state").first).to_have_text("SHIPPED")
    assert Order.objects.get(pk=order.pk).shipments.count() == 1


def test_cancelling_asks_for_a_reason_and_puts_the_stock_back(at_desk: Sitting) -> None:
    product = ProductFactory(stock_quantity=10)
    order = OrderFactory(lines=[Line(quantity=4, product_id=product.pk)])
    page = at_desk("sales").open(f"/admin/orders/order/{order.pk}/change/")

    page.get_by_role("link", name="Cancel order").click()
    page.get_by_role("button", name="Cancel order").click()
    expect(page.locator(".errorlist")).to_be_visible()
    page.locator("[name=reason]").fill("changed their mind")
    page.get_by_role("button", name="Cancel order").click()

    expect(page.locator(".headline .state").first).to_have_text("CANCELLED")
    assert Product.objects.get(pk=product.pk).stock_quantity == 10


def test_an_order_is_taken_by_phone_with_the_keyboard_alone(at_desk: Sitting) -> None:
    ada = CustomerFactory(email="ada@example.com", first_name="Ada", last_name="Adler")
    CustomerAddressFactory(customer_id=ada.pk, defaults={"shipping": True})
    CustomerAddressFactory(customer_id=ada.pk, address=OFFICE)
    ProductFactory(sku="LAMP-7", name="Brass lamp", price_cents=4_900, stock_quantity=5)
    page = at_desk("sales").open("/admin/orders/order/add/")
    keys = page.keyboard

    expect(page.locator(".select2-selection").first).to_be_focused()
    keys.press("Enter")
    page.locator(".select2-search__field").wait_for()
    keys.type("ada")
    page.locator(".select2-results__option", has_text="ada@example.com").wait_for()
    keys.press("Enter")
    expect(page.locator("#id_shipping_address_chosen")).to_contain_text(HOME.line1)
    page.get_by_role("combobox", name="SKU or name of line 1").focus()
    keys.type("brass")
    page.get_by_role("option", name="LAMP-7").wait_for()
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.type("2")
    expect(page.locator("tfoot .total")).to_have_text("98.00 EUR")
    page.get_by_label("Goods go to").focus()
    keys.press("ArrowDown")
    expect(page.locator("#id_billing_address_chosen")).to_contain_text(OFFICE.company)
    page.get_by_role("button", name="Place order").focus()
    keys.press("Enter")

    expect(page.locator(".headline .sum")).to_have_text("98.00 EUR")
    order = Order.objects.select_related("customer").get()
    assert (order.customer.email, order.total_cents) == ("ada@example.com", 9_800)
    assert order.shipping_address == order.billing_address == OFFICE.as_json()


def test_tab_goes_through_a_new_order_from_the_customer_to_the_button(at_desk: Sitting) -> None:
    page = at_desk("sales").open("/admin/orders/order/add/")
    expect(page.locator(".select2-selection").first).to_be_focused()

    passed = []
    for _ in range(14):
        page.keyboard.press("Tab")
        passed.append(page.evaluate("document.activeElement.name || document.activeElement.textContent"))

    lines = ["items_sku", "items_quantity"] * 3
    particulars = ["email", "first_name", "last_name", "phone"]
    addresses = ["shipping_address_to", "billing_address_to"]
    assert passed == [*particulars, *lines, *addresses, "external_ref", "note"]


def test_a_new_customers_address_is_typed_and_a_double_click_places_one_order(at_desk: Sitting) -> None:
    ProductFactory(sku="LAMP-7", stock_quantity=5)
    page = at_desk("sales").open("/admin/orders/order/add/")

    page.get_by_label("Or a new customer's e-mail").fill("grace@example.com")
    page.get_by_label("First name").fill("Grace")
    page.get_by_label("SKU or name of line 1").fill("LAMP-7")
    page.get_by_label("Quantity of line 1").fill("1")
    page.get_by_label("Goods go to").select_option("typed")
    address = page.locator(".destination[data-purpose=shipping]")
    expect(address.get_by_label("Name")).to_have_value("Grace")
    address.get_by_label("Street", exact=True).fill("1 Dorset Street")
    address.get_by_label("Country").select_option("GB")
    address.get_by_label("Keep it in the address book").check()
    page.get_by_role("button", name="Place order").click()
    expect(page.locator(".field-shipping_address .errorlist")).to_contain_text("City")
    address.get_by_label("City").fill("London")
    page.get_by_role("button", name="Place order").dblclick()

    expect(page.locator(".headline .sum")).to_be_visible()
    order = Order.objects.get()
    assert order.shipping_address == order.billing_address
    assert CustomerAddress.objects.get().purposes == ("shipping", "billing")


def test_items_are_edited_with_the_difference_shown_before(at_desk: Sitting) -> None:
    product = ProductFactory(stock_quantity=10, price_cents=1_000)
    order = OrderFactory(lines=[Line(quantity=2, product_id=product.pk)])
    page = at_desk("sales").open(f"/admin/orders/order/{order.pk}/edit_items/")

    page.get_by_label("Quantity of line 1").fill("5")
    expect(page.locator("tfoot .change")).to_have_text("+30.00 EUR")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview")).to_contain_text("2 → 5, available stock -3")
    page.get_by_role("button", name="Save items").click()

    expect(page.locator(".headline .sum")).to_have_text("50.00 EUR")
    assert Product.objects.get(pk=product.pk).stock_quantity == 5


def test_a_page_that_somebody_else_outdated_is_refused_and_keeps_the_input(at_desk: Sitting) -> None:
    order = OrderFactory()
    page = at_desk("sales").open(f"/admin/orders/order/{order.pk}/cancel/")
    page.locator("[name=reason]").fill("too late")
    services.confirm_order(order.pk, actor=ACTOR)

    page.get_by_role("button", name="Cancel order").click()

    expect(page.locator(".meanwhile")).to_contain_text("Confirmed")
    expect(page.locator("[name=reason]")).to_have_value("too late")
    assert status(order) == "CONFIRMED"


def test_many_orders_are_ticked_looked_over_and_confirmed(at_desk: Sitting) -> None:
    orders = [OrderFactory() for _ in range(3)]
    page = at_desk("sales").open("/admin/orders/order/?tab=to_confirm")

    for box in page.locator("input.action-select").all():
        box.check()
    page.locator("select[name=action]").select_option("confirm")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Confirm: 3 orders").click()

    expect(page.locator(".sum")).to_have_text("3 done")
    assert {status(order) for order in orders} == {"CONFIRMED"}


def test_stock_is_received_with_a_reason(at_desk: Sitting) -> None:
    product = ProductFactory(stock_quantity=3)
    page = at_desk("warehouse").open(f"/admin/products/product/{product.pk}/change/")

    page.get_by_role("link", name="Receive or adjust").click()
    page.get_by_label("Units more").fill("7")
    page.locator("[name=kind]").select_option("receipt")
    page.locator("[name=reason]").fill("delivery 12")
    page.get_by_role("button", name="Receive or adjust").click()

    expect(page.locator(".story")).to_contain_text("delivery 12")
    assert Product.objects.get(pk=product.pk).stock_quantity == 10


def test_a_shelf_is_counted_by_file(at_desk: Sitting) -> None:
    product = ProductFactory(sku="TEA", stock_quantity=3)
    page = at_desk("warehouse").open("/admin/products/product/")

    page.get_by_role("link", name="Count by CSV").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "count.csv", "mimeType": "text/csv", "buffer": b"sku,counted\nTEA,5\n"}
    )
    page.get_by_role("button", name="Look it over").click()
    expect(page.locator(".sum")).to_have_text("1 counted, 1 differ (by +2 in all), 0 rejected")
    page.get_by_role("button", name="Apply: 1 counted").dblclick()

    expect(page.locator(".sum")).to_have_text("1 done")
    assert Product.objects.get(pk=product.pk).stock_quantity == 5


def test_the_list_is_narrowed_with_the_keyboard_and_widened_again(at_desk: Sitting) -> None:
    pending, confirmed = OrderFactory(), OrderFactory(status="CONFIRMED")
    page = at_desk("sales").open("/admin/orders/order/")

    page.get_by_role("button", name="Filters").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#changelist-filter a").first).to_be_focused()
    page.locator("#changelist-filter").get_by_role("link", name="Pending").press("Enter")

    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("#result_list")).to_contain_text(pending.number)
    page.get_by_role("link", name="status: Pending").press("Enter")
    expect(page.locator("#result_list")).to_contain_text(confirmed.number)


def test_a_report_is_read_and_taken_along_as_a_file(at_desk: Sitting) -> None:
    OrderFactory()
    page = at_desk("finance").open("/admin/reporting/report/sales/")

    expect(page.locator("figure svg").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()

    assert download.value.suggested_filename == "sales.csv"
    assert download.value.path().read_text().startswith("period,")


@pytest.mark.parametrize("path", ["/admin/", "/admin/orders/order/", "/admin/orders/order/add/"])
def test_pages_fit_a_phone(path: str, at_desk: Sitting) -> None:
    OrderFactory()
    page = at_desk("manager", viewport=PHONE).open(path)

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
