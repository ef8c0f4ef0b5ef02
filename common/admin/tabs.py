"""Parts of a list, one click away above it. Which part is shown stands in the address like every other filter."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class TabFilter(admin.SimpleListFilter):
    """A filter that is chosen by a tab and so does not stand among the others."""

    template = "admin/no_filter.html"


def tabs(request: HttpRequest, parameter: str, parts: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """The whole list and its parts (value, label, how many), with their addresses; what else narrows the list stays."""
    chosen = request.GET.get(parameter, "")
    kept = request.GET.copy()
    for name in ("p", parameter):
        kept.pop(name, None)
    shown = []
    for value, label, count in (("", "All", ""), *parts):
        query = kept.copy()
        if value:
            query[parameter] = value
        shown.append({"label": label, "count": count, "address": f"?{query.urlencode()}", "is_chosen": value == chosen})
    return shown
