"""Who may open and do what in the back-office: every address of it, as every role."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from accounts.models import User
from accounts.roles import ROLES
from accounts.services import create_token
from common.actors import Actor
from common.admin.acts import ACTS as OFFERED
from common.tests.undoing import undone
from customers.models import Customer
from events.models import Event
from orders.models import Order
from orders.tests.pages import ACTS, EXPORTS, PAGES, address, filled, stage, world
from products.models import Product
from reporting.tests.pages import REPORT_PAGES

pytestmark = pytest.mark.django_db

NOBODYS = {"accounts_user_delete", "auth_group_delete"}
EVERYBODYS = {"index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n", "search"}
DJANGOS = {"view_on_site", "app_list"}
# Tried in files of their own: bulk, customers (by phone), printing, and lookup of products.
OTHERS = {
    "orders_order_address_book",
    "orders_order_bulk",
    "orders_order_customers",
    "orders_order_pick_list",
    "orders_order_print",
    "products_product_lookup",
}


def names(patterns: list[Any]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.add(pattern.name)
    return found


def test_every_address_is_in_the_matrix() -> None:
    assert names(admin.site.get_urls()) == {*PAGES, *EXPORTS, *REPORT_PAGES, *NOBODYS, *EVERYBODYS, *DJANGOS, *OTHERS}


@pytest.fixture
def pks(superuser: User) -> dict[str, int]:
    token, _ = create_token(superuser, name="matrix", actor=Actor.command("test"))
    sales = superuser.groups.model.objects.get(name="sales")
    return {**world(), "apitoken": token.pk, "user": superuser.pk, "group": sales.pk}


def test_every_page_opens_for_those_it_is_for(staff: Callable[[str], Client], pks: dict[str, int]) -> None:
    chief = staff("chief")

    assert {name: chief.get(address(name, pks)).status_code for name in PAGES} == dict.fromkeys(PAGES, 200)


@pytest.mark.parametrize("role", [*ROLES, "none"])
def test_a_role_opens_its_pages_and_no_others(role: str, staff: Callable[[str], Client], pks: dict[str, int]) -> None:
    browser = staff(role)
    # Of its own pages those of acts are opened; a list or a record shows all who may see it the same.
    own = [name for name, roles in PAGES.items() if role in roles and name.count("_") > 2]

    forbidden = {
        name: browser.get(address(name, pks)).status_code for name, roles in PAGES.items() if role not in roles
    }

    assert set(forbidden.values()) <= {403}, forbidden
    assert {browser.get(address(name, pks)).status_code for name in own} <= {200}


def test_every_act_of_the_business_is_tried() -> None:
    acts = {
        f"{model._meta.label_lower.replace('.', '_')}_{act.name}"
        for model, offered in OFFERED.items()
        for act in offered
        if not act.of_many  # tried in files of their own
    }

    assert {name for name in acts if not name.startswith("accounts_")} == ACTS.keys()


@pytest.mark.parametrize("name", ACTS)
def test_a_role_does_what_it_is_for_and_is_recorded_with_the_request(name: str, staff: Callable[[str], Client]) -> None:
    pks = stage(name)
    before = state()

    for role in (*ROLES, "chief"):
        with undone():
            browser = staff(role)
            response = browser.post(address(name, pks), filled(name, pks), headers={"X-Request-Id": "req-1"})

            if role == "chief" or role in PAGES[name]:
                assert response.status_code == 302, (role, response.context["form"].errors)
                newest = Event.objects.order_by("position").last()
                assert newest is not None
                assert (newest.actor, newest.request_id) == (f"user:{browser.session['_auth_user_id']}", "req-1")
            else:
                assert response.status_code == 403, role
                assert state()[:3] == before[:3], role
                assert state()[-1] == before[-1], role


@pytest.mark.parametrize("role", [*ROLES, "none"])
def test_a_crafted_post_of_a_forbidden_act_is_refused_and_changes_nothing(
    role: str, staff: Callable[[str], Client], pks: dict[str, int]
) -> None:
    browser = staff(role)
    before = state()

    forbidden = [name for name, roles in PAGES.items() if role not in roles]
    statuses = {browser.post(address(name, pks), {"version": 1, "reason": "x"}).status_code for name in forbidden}

    assert statuses <= {403}
    assert state() == before


@pytest.mark.parametrize("role", [*ROLES, "none", "chief"])
def test_nobody_deletes_anything(role: str, staff: Callable[[str], Client], pks: dict[str, int]) -> None:
    browser = staff(role)
    before = state()

    for name in NOBODYS:
        assert browser.post(address(name, pks), {"post": "yes"}).status_code == 403
    for name in (name for name in PAGES if name.endswith("_changelist")):
        browser.post(address(name, pks), {"action": "delete_selected", "_selected_action": list(pks.values())})

    assert state() == before


@pytest.mark.parametrize("role", ["stranger", None])
def test_who_is_not_of_the_staff_is_sent_to_sign_in(
    role: str | None, staff: Callable[[str], Client], pks: dict[str, int]
) -> None:
    browser = staff(role) if role else Client()

    for name in PAGES:
        response = browser.get(address(name, pks))
        assert response.status_code == 302 and "/login/" in response["Location"]


@pytest.mark.django_db(transaction=True, databases=["default", "report"])  # its figures are read there
@pytest.mark.parametrize(
    ("role", "seen", "unseen"),
    [
        ("viewer", {"Order", "Product", "Customer"}, {"User", "Event", "ApiToken"}),
        ("manager", {"Order", "Product", "Customer", "Event"}, {"User", "ApiToken"}),
        ("chief", {"Order", "User", "Event", "ApiToken", "Group"}, set()),
    ],
)
def test_the_front_page_lists_what_one_may_see(
    role: str, seen: set[str], unseen: set[str], staff: Callable[[str], Client]
) -> None:
    apps = staff(role).get(reverse("admin:index")).context["app_list"]

    shown = {model["object_name"] for app in apps for model in app["models"]}
    assert seen <= shown and not unseen & shown


def state() -> tuple[Any, ...]:
    """Everything that an act could change."""
    return (
        list(Order.objects.order_by("pk").values_list("pk", "status", "version")),
        list(Product.objects.order_by("pk").values_list("pk", "stock_quantity", "version")),
        list(Customer.objects.order_by("pk").values_list("pk", "email", "version")),
        list(User.objects.order_by("pk").values_list("pk", "is_active", "is_superuser")),
        Event.objects.count(),
    )
