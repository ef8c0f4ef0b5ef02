"""The main pages with the demo shop in them: nothing unlabelled or too pale, in light and dark, and how they look."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # brings no types
from django.core.management import call_command

from oms.tests.browser.conftest import PHONE, Desk
from orders.models import Order

Sitting = Callable[..., Desk]

# Where the pictures of README and docs are renewed: OMS_SCREENSHOTS=docs/images make test-browser
PICTURES = os.environ.get("OMS_SCREENSHOTS")
# What the theme's own markup lacks and no page of ours can mend.
THEMES_OWN = {"landmark-one-main", "region", "page-has-heading-one", "heading-order", "landmark-unique"}
WIDGETS_OWN = ".select2-container"  # Django's autocomplete names its box only once it is open
SERIOUS = ("serious", "critical")
SHOWN = ("today", "orders", "order", "new-order", "products", "sales")


def faults(desk: Desk) -> list[str]:
    found = Axe().run(desk.page, context={"exclude": [[WIDGETS_OWN]]}).response["violations"]
    return [
        f"{fault['id']}: {[node['html'][:120] for node in fault['nodes'][:3]]}"
        for fault in found
        if fault["impact"] in SERIOUS and fault["id"] not in THEMES_OWN
    ]


def test_the_main_pages_can_be_read_and_used_by_everybody(at_desk: Sitting, tmp_path: Path) -> None:
    call_command("demo", verbosity=0)
    partly = Order.objects.filter(fulfilment_state="partial").earliest("pk")
    pending = Order.objects.filter(status="PENDING", customer__addresses__isnull=False).earliest("pk")
    returned = Order.objects.filter(return_state="requested").earliest("pk")
    pages = {
        "today": "/admin/",
        "orders": "/admin/orders/order/?tab=to_ship",
        "order": f"/admin/orders/order/{partly.pk}/change/",
        "new-order": f"/admin/orders/order/add/?customer={pending.customer_id}",
        "products": "/admin/products/product/",
        "sales": "/admin/reporting/report/sales/",
        "edit": f"/admin/orders/order/{pending.pk}/edit_items/",
        "cancel": f"/admin/orders/order/{pending.pk}/cancel/",
        "receive": f"/admin/orders/order/{returned.pk}/receive_return/",
        "confirmation": f"/admin/orders/order/{partly.pk}/print/confirmation/",
        "ledger": "/admin/products/stockmovement/",
        "customer": f"/admin/customers/customer/{pending.customer_id}/change/",
    }
    pictures = Path(PICTURES) if PICTURES else tmp_path
    pictures.mkdir(parents=True, exist_ok=True)
    light, dark, phone = at_desk(), at_desk(color_scheme="dark"), at_desk(viewport=PHONE)

    told = {}
    for name, path in pages.items():
        for desk, suffix in ((light, ""), (dark, "-dark")):
            desk.open(path).wait_for_load_state("networkidle")
            if name in SHOWN and not suffix:
                desk.page.screenshot(path=pictures / f"{name}.png")
            told[name + suffix] = faults(desk)
        page = phone.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name

    assert "\n".join(f"{name}: {each}" for name, faulty in told.items() for each in faulty) == ""


@pytest.mark.parametrize("path", ["/admin/login/"])
def test_one_can_sign_in_with_the_keyboard(path: str, at_desk: Sitting) -> None:
    desk = at_desk("viewer")
    desk.page.context.clear_cookies()

    page = desk.open(path)
    page.get_by_label("Username").focus()
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.name") == "password"
    assert faults(desk) == []
