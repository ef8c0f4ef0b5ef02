"""How staff find orders in their list: by the tab of the day's work, and by what is typed."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.timezone import make_aware

from common.admin.filters import FormFilter
from common.admin.forms import Money, Text
from common.admin.tabs import TabFilter, tabs
from orders.models import WORK


class WorkFilter(TabFilter):
    title, parameter_name = "tab", "tab"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(work.name, work.label) for work in WORK]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return next((work.of(queryset) for work in WORK if work.name == self.value()), queryset)


def work_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    return tabs(request, WorkFilter.parameter_name, [(work.name, work.label, work.count()) for work in WORK])


def _day(label: str) -> forms.DateField:
    return forms.DateField(required=False, label=label, widget=forms.DateInput(attrs={"type": "date"}))


class Details(forms.Form):
    placed_from = _day("Placed from")
    placed_to = _day("Placed up to and including")
    total_from = Money(required=False, label="Total from", help_text="")
    total_to = Money(required=False, label="Total up to", help_text="")
    sku = Text(required=False, label="With the product of this SKU")
    email = Text(required=False, label="Of the customer with this e-mail address")


class DetailsFilter(FormFilter):
    title = "details"
    form_class = Details

    def narrow(self, queryset: Any, **given: Any) -> Any:
        if given["placed_from"]:
            queryset = queryset.filter(created_at__gte=_midnight(given["placed_from"]))
        if given["placed_to"]:
            queryset = queryset.filter(created_at__lt=_midnight(given["placed_to"] + timedelta(days=1)))
        if given["total_from"] is not None:
            queryset = queryset.filter(total_cents__gte=given["total_from"])
        if given["total_to"] is not None:
            queryset = queryset.filter(total_cents__lte=given["total_to"])
        if given["sku"]:
            queryset = queryset.of_sku(given["sku"])
        if given["email"]:
            queryset = queryset.of_email(given["email"])
        return queryset


def _midnight(day: Any) -> datetime:
    """When the day begins in the business zone, in which pages are shown."""
    return make_aware(datetime.combine(day, time.min))
