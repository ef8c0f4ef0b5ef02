"""Every form and address of the back-office, given what it was not made for: an answer in words, and nothing breaks."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client

from common.tests.contents import contents
from orders.tests.pages import ACTS, PAGES, UPON_LISTS, address, filled, world

pytestmark = pytest.mark.django_db

HOSTILE = (
    "", "a\0b", "\ud800", "-1", "1e99999999", "NaN", "9" * 5_000, "x" * 20_000,
)  # fmt: skip
# What a field alone may take for good, so that a service has to deal with it.
PLAUSIBLE = ("a\x1bb", "٣", "9" * 40)
NO_RECORDS = ("0", "999999", "9" * 18, "9" * 30, "9" * 5_000, "x", "1%00", "-1", "1.0", "%F0%9F%98%80")
QUERIES = (
    *("q=%00", "q=%ED%A0%80", "q=(", "q=%25%25", "q=order+%00", "q=SO-" + "9" * 40, "q=" + "9" * 5_000, "q=order+9999"),
    *("p=-1", "p=0", "p=x", "p=" + "9" * 5_000, "o=x", "o=-99", "o=1.2.3", "e=1", "all=", "_facets=1", "_popup=1"),
    *("id__exact=x", "id__exact=%00", "id__exact=" + "9" * 40, "id__in=1,2", "id__regex=(", "pk=1", "%00=1", "x=1"),
    *("created_at__gte=x", "created_at__gte=%00", "created_at__lt=", "created_at__year=99999999", "_to_field=x"),
    *("created_at__gte=0001-01-01T00:00:00%2B14:00", "created_at__isnull=x", "status__exact=%00", "is_active__exact=x"),
)


@pytest.mark.parametrize("name", ACTS)
def test_nothing_typed_into_a_form_breaks_it(name: str, staff: Callable[[str], Client]) -> None:
    browser, pks = staff("chief"), world(ACTS[name][0])
    good, typed = filled(name, pks), tuple(ACTS[name][1])

    everywhere = [dict.fromkeys(typed, value) for value in HOSTILE] if typed else []
    in_one = [{field: value} for field in typed for value in PLAUSIBLE]
    unseen = [{field: value} for field in ("version", "idempotency_key") for value in HOSTILE]
    for fields in (*everywhere, *in_one, *(unseen if name == "orders_order_cancel" else ())):
        hostile = {field: value.encode("utf-8", "surrogatepass") for field, value in fields.items()}
        form = urlencode({**good, **hostile, "_preview": "Preview"})
        response = browser.post(address(name, pks), form, "application/x-www-form-urlencoded")
        assert response.status_code in (200, 302), fields


@pytest.mark.parametrize("name", ACTS)
def test_a_form_of_which_a_piece_is_missing_is_refused(name: str, staff: Callable[[str], Client]) -> None:
    browser, pks = staff("chief"), world(ACTS[name][0])
    before = contents()

    for field in ("version", "idempotency_key"):
        if field == "version" and name.endswith("_add"):
            continue
        form = {other: value for other, value in filled(name, pks).items() if other != field}
        response = browser.post(address(name, pks), form)
        assert response.context["form"].errors[field] and "not whole any more" in response.content.decode()
    assert browser.post(address(name, pks), {}).context["form"].errors

    assert contents() == before


@pytest.mark.parametrize("pk", NO_RECORDS)
def test_an_address_of_no_record_is_not_found(pk: str, staff: Callable[[str], Client]) -> None:
    browser, pks = staff("chief"), world()
    names = [name for name in PAGES if name.split("_")[1] in pks and name.split("_", 2)[2] not in UPON_LISTS]

    for name in names:
        url = address(name, dict.fromkeys(pks, 987_654)).replace("987654", pk)
        assert browser.get(url).status_code == 404, url
        assert browser.post(url, {}).status_code in (404, 405), url


@pytest.mark.parametrize("name", [name for name in PAGES if name.endswith("_changelist")])
def test_nothing_in_the_address_of_a_list_breaks_it(name: str, staff: Callable[[str], Client]) -> None:
    """What Django's lists do with an address is the same for all; so is what ours do with a search."""
    world()
    browser, url = staff("chief"), address(name, {})

    for query in QUERIES if name == "orders_order_changelist" else QUERIES[::3]:
        assert browser.get(f"{url}?{query}").status_code in (200, 302, 400), query


def test_a_refusal_says_what_to_do_and_leads_back(staff: Callable[[str], Client], client: Client) -> None:
    viewer = staff("viewer")
    for browser, path, status, words in (
        (viewer, "/admin/orders/order/add/", 403, "Your role does not allow this"),
        (viewer, "/admin/orders/order/999999/change/", 404, "There is no such page"),
        (viewer, "/admin/orders/order/?q=%00", 400, "This cannot be read"),
        (client, "/nowhere", 404, "There is no such page"),
    ):
        response = browser.get(path)
        assert response.status_code == status, path
        assert words in response.content.decode() and 'href="/admin/"' in response.content.decode()
