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
    pages = {
        "today": "/admin/",
        "orders": "/admin/orders/order/?tab=to_ship",
        "order": f"/admin/orders/order/{partly.pk}/change/",
        "new-order": "/admin/orders/order/add/",
        "products": "/admin/products/product/",
        "sales": "/admin/reporting/report/sales/",
    }
    pictures = Path(PICTURES) if PICTURES else tmp_path
    pictures.mkdir(parents=True, exist_ok=True)
    of_theme = {"": pictures, "-dark": tmp_path}
    light, dark, phone = at_desk(), at_desk(color_scheme="dark"), at_desk(viewport=PHONE)

    told = {}
    for name, path in pages.items():
        for desk, suffix in ((light, ""), (dark, "-dark")):
            desk.open(path).wait_for_load_state("networkidle")
            desk.page.screenshot(path=of_theme[suffix] / f"{name}{suffix}.png")
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
