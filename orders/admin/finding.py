"""How staff find orders in their list: by the tab of the day's work, and by what is typed."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import make_aware

from common.admin.filters import FormFilter
from common.admin.forms import Money, Text
from customers.models import Customer
from orders.models import WORK


class TabFilter(admin.SimpleListFilter):
    title, parameter_name = "tab", "tab"
    template = "admin/no_filter.html"  # the tabs stand above the list

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(tab.name, tab.label) for tab in WORK]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return next((tab.of(queryset) for tab in WORK if tab.name == self.value()), queryset)


def tabs(request: HttpRequest) -> Iterator[dict[str, Any]]:
    """The tabs with their addresses; what else narrows the list stays when one changes from one to another."""
    chosen = request.GET.get("tab", "")
    for name, label, count in (("", "All", ""), *((tab.name, tab.label, tab.count()) for tab in WORK)):
        query = request.GET.copy()
        query.pop("p", None)
        query.pop("tab", None)
        if name:
            query["tab"] = name
        yield {"label": label, "count": count, "address": f"?{query.urlencode()}", "is_chosen": name == chosen}


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
            queryset = queryset.filter(customer__in=Customer.objects.with_email(given["email"]))
        return queryset


def _midnight(day: Any) -> datetime:
    """When the day begins in the business zone, in which pages are shown."""
    return make_aware(datetime.combine(day, time.min))
