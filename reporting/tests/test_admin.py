"""Reports in the back-office: who sees which, that they say what the other doors say, and where a figure leads."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import ROLES
from orders.tests.factories import OrderFactory
from products.models import Product
from reporting.reports import REPORTS
from reporting.tests.asking import content, report, sheets_of_xlsx
from reporting.tests.books import set_created_at, write_book
from reporting.tests.pages import REPORT_PAGES

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "report"])

ALL_TIME = {"from": ""}


def page(name: str) -> str:
    return reverse(f"admin:reporting_report_{name}")


def test_a_report_opens_for_those_it_is_for(staff: Callable[[str], Client]) -> None:
    chief = staff("chief")

    assert {name: chief.get(reverse(f"admin:{name}")).status_code for name in REPORT_PAGES} == dict.fromkeys(
        REPORT_PAGES, 200
    )


@pytest.mark.parametrize("role", [*ROLES, "none"])
def test_a_role_opens_its_reports_and_no_others(role: str, staff: Callable[[str], Client]) -> None:
    browser = staff(role)
    forbidden = [name for name, roles in REPORT_PAGES.items() if role not in roles]
    one = [name for name in REPORT_PAGES if name not in forbidden][-1:]  # what a page shows, it shows to all

    assert {browser.get(reverse(f"admin:{name}")).status_code for name in forbidden} <= {403}
    assert [browser.get(reverse(f"admin:{name}")).status_code for name in one] == [200] * len(one)


def test_the_list_names_what_one_may_see(staff: Callable[[str], Client]) -> None:
    for role in ("warehouse", "finance"):
        reports = staff(role).get(page("changelist")).context["reports"]
        assert [each.name for each in reports] == [each.name for each in REPORTS.values() if role in each.roles]


def test_who_is_not_of_the_staff_is_sent_to_sign_in(staff: Callable[[str], Client]) -> None:
    for browser in (Client(), staff("stranger")):
        for name in REPORT_PAGES:
            answer = browser.get(reverse(f"admin:{name}"))
            assert answer.status_code == 302 and "/login/" in answer["Location"]


def test_a_page_shows_what_the_command_prints(staff: Callable[[str], Client]) -> None:
    write_book()
    browser, product = staff("chief"), str(Product.objects.order_by("pk")[0].sku)

    for name, each in REPORTS.items():
        asked = {"product": product} if each.takes("product") else {}
        arguments = [f"--{key}={value}" for key, value in asked.items()]
        shown = browser.get(page(name), {**asked, **ALL_TIME} if each.takes("from") else asked).context["rows"]
        printed = report(name, *arguments).split("\n\n")[0].splitlines()[2:]
        assert [[cell.text for cell in row if cell.text] for row in shown] == [
            [text for text in re.split(r"\s{2,}", line.strip()) if text] for line in printed
        ], name


def test_the_files_are_those_of_what_is_shown(staff: Callable[[str], Client]) -> None:
    write_book()
    OrderFactory()
    browser = staff("chief")
    asked: list[dict[str, str]] = [
        {"from": "2018-01-01", "to": "2024-07-01", "by": "month", "tz": "Asia/Kathmandu"},
        {"from": "", "to": "2024-07-01"},
        {"from": "today"},
        {"from": ""},
        {},
    ]

    for given in asked:
        context = browser.get(page("sales"), given).context
        links = dict(context["files"])
        question = context["question"]
        days = {"from": question.first, "to": question.end, "by": question.by, "tz": question.zone}
        arguments = [f"--{key}={value}" for key, value in days.items() if value]
        text = report("sales", *arguments, "--format", "csv")
        assert content(browser.get(page("sales") + links["csv"])).decode() == text, given
        sheet = sheets_of_xlsx(content(browser.get(page("sales") + links["xlsx"])))["Report"]
        assert len(sheet) == len(context["rows"]) + 1 == len(text.splitlines()), given


def test_a_figure_leads_to_as_many_orders(staff: Callable[[str], Client]) -> None:
    write_book()
    recent = timezone.now()
    for days in (0, 1, 2, 5, 9, 20, 40):
        set_created_at(OrderFactory().pk, recent - timedelta(days=days))
    browser = staff("chief")
    zones = ("Europe/Berlin", "America/Sao_Paulo", "America/Havana")
    asked = [("sales", {"from": "", "by": "day", "tz": zone}) for zone in zones]
    asked += [("sales", {"from": "2018-02-18", "to": "2024-11-03", "by": by}) for by in ("week", "quarter")]
    asked += [(name, {"from": "2018-03-01", "to": "2024-10-06"}) for name in ("customers", "products")]
    asked += [("new-customers", ALL_TIME), ("orders-by-status", ALL_TIME), ("orders-by-age", {})]

    followed = 0
    for name, given in asked:
        found = browser.get(page(name), given).context["rows"]
        for row in found[:: 1 + len(found) // 6]:
            for cell in row:
                if cell.href:
                    orders = browser.get(cell.href).context["cl"].result_count
                    assert orders == int(cell.text), (name, given, cell)
                    followed += 1
    assert followed > 40


def test_a_product_leads_to_its_page_and_a_movement_to_its_order(staff: Callable[[str], Client]) -> None:
    order = OrderFactory()
    browser = staff("warehouse")

    for name in ("stock", "stock-as-of"):
        (row,) = browser.get(page(name)).context["rows"]
        assert browser.get(row[1].href).context["record"].pk == order.lines[0].product_id
    rows = browser.get(page("ledger"), {"product": order.lines[0].sku, "from": ""}).context["rows"]
    (href,) = [cell.href for row in rows for cell in row if cell.href]
    assert browser.get(href).context["record"].pk == order.pk


def test_a_range_is_one_click_away_and_says_which_one_it_is(staff: Callable[[str], Client]) -> None:
    browser = staff("finance")

    for choice in browser.get(page("sales"), {"by": "week", "tz": "Europe/Berlin"}).context["ranges"]:
        chosen = browser.get(page("sales") + choice.href).context
        # On some days two words mean the same range.
        assert choice.label in [each.label for each in chosen["ranges"] if each.is_chosen]
        assert (chosen["question"].by, chosen["question"].zone) == ("week", "Europe/Berlin")


def test_a_page_begins_where_people_usually_look(staff: Callable[[str], Client]) -> None:
    context = staff("finance").get(page("sales")).context

    assert (context["question"].today - context["question"].first).days == 30
    assert {field.parameter.name: field.value for field in context["fields"]}["from"] == str(context["question"].first)


def test_a_mistake_is_told_above_the_form_that_keeps_the_rest(staff: Callable[[str], Client]) -> None:
    browser = staff("finance")

    for given, words in (
        ({"from": "2026-02-30"}, "From: "),
        ({"tz": "Mars/Olympus", "by": "week"}, "Zone: there is no time zone"),
        ({"nonsense": "1"}, "Nonsense: the report sales has no such parameter"),
        ({"by": "\0"}, "By: "),
    ):
        answer = browser.get(page("sales"), given)
        assert (answer.status_code, answer.context["refusal"].startswith(words)) == (400, True), given
        assert "question" not in answer.context or answer.context["question"] is None
    ledger = browser.get(page("ledger"))
    assert (ledger.status_code, ledger.context["refusal"]) == (200, "")
    assert browser.get(page("ledger"), {"product": "nope"}).status_code == 400


def test_more_rows_than_a_page_holds_are_said_to_be_cut(
    staff: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporting.admin.pages.MOST_SHOWN", 3)
    write_book()

    context = staff("finance").get(page("products"), ALL_TIME).context

    assert (len(context["rows"]), len(context["drawing"].lines), context["cut"]) == (3, 3, 3)


@pytest.mark.usefixtures("january")
def test_a_page_runs_and_styles_nothing_by_itself(staff: Callable[[str], Client]) -> None:
    """It works under a policy that allows files of ours only; the chart is plain SVG, told in words, too."""
    shown = staff("finance").get(page("sales"), ALL_TIME).content.decode()
    body = shown[shown.index('<div class="record report">') : shown.rindex("</table>")]

    assert not re.search(r"<script|<style|\son\w+=|style=|https?://", body)
    assert 'role="img" aria-label="Net, EUR; the figures are in the table below"' in body
    assert "<title>2011-01-31: 3,703.68 EUR</title>" in body
    assert finders.find("reporting/reports.css")


@pytest.mark.usefixtures("january")
def test_what_people_typed_is_shown_as_text(staff: Callable[[str], Client]) -> None:
    OrderFactory()
    shown = staff("finance").get(page("customers"), {"from": "", "tz": '"><script>'}).content.decode()

    assert "<script>&quot;" not in shown and '"><script>' not in shown
    shown = staff("finance").get(page("customers"), ALL_TIME).content.decode()
    assert "=1+1" in shown and "O&quot;Neill?" in shown


def test_the_day_of_a_link_is_that_of_the_zone(staff: Callable[[str], Client]) -> None:
    set_created_at(OrderFactory().pk, datetime(2011, 1, 31, 22, 30, tzinfo=UTC))
    browser = staff("finance")

    for zone, day in (("Europe/Berlin", "2011-01-31"), ("Asia/Kathmandu", "2011-02-01")):
        (row,) = browser.get(page("sales"), {"from": "", "tz": zone}).context["rows"]
        assert (row[0].text, browser.get(row[2].href).context["cl"].result_count) == (day, 1)


def test_the_front_page_leads_there(staff: Callable[[str], Client]) -> None:
    for role, sees in (("viewer", True), ("none", False)):
        apps: Any = staff(role).get(reverse("admin:index")).context["app_list"]
        assert ("reporting" in {app["app_label"] for app in apps}) is sees
