"""Going on from a record to the one before or after it, in the list in which it was found."""

from copy import copy
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.urls import reverse

CAME_FROM = "_changelist_filters"  # as Django's lists say it in the addresses of their records
MOST_LOOKED_AT = 500  # further down a list nobody goes record by record


class Neighbours(NamedTuple):
    """Addresses; empty where there is nobody."""

    before: str
    after: str
    list_: str


def came_from(request: HttpRequest) -> str:
    """The query that keeps in mind the list in which somebody found a record; empty when they came otherwise."""
    found_in = request.GET.get(CAME_FROM, "")
    return f"?{urlencode({CAME_FROM: found_in})}" if found_in else ""


def neighbours(model_admin: Any, request: HttpRequest, record: Any) -> Neighbours:
    """The records around this one in the list as it was narrowed and ordered when somebody came from it."""
    if not model_admin.has_module_permission(request):
        return Neighbours("", "", "")  # nobody comes from its list: it belongs to something else
    found_in = request.GET.get(CAME_FROM, "")
    options = model_admin.opts
    shown = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    ids = _ids(model_admin, request, found_in)
    if record.pk in ids:
        place = ids.index(record.pk)
        around = (_at(ids, place - 1), _at(ids, place + 1))
    else:  # it was done, and what is left to do begins at the top of the list
        around = ("", _at(ids, 0) if found_in else "")
    query = came_from(request)

    def address(pk: str) -> str:
        return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[pk]) + query if pk else ""

    return Neighbours(address(around[0]), address(around[1]), f"{shown}?{found_in}" if found_in else shown)


def _at(ids: list[int], place: int) -> str:
    return str(ids[place]) if 0 <= place < len(ids) else ""


def _ids(model_admin: Any, request: HttpRequest, found_in: str) -> list[int]:
    asked = copy(request)
    asked.GET = QueryDict(found_in)
    try:
        rows = model_admin.get_changelist_instance(asked).queryset
    except (IncorrectLookupParameters, SuspiciousOperation):
        return []  # what the address says is no list
    return list(rows.prefetch_related(None).select_related(None).values_list("pk", flat=True)[:MOST_LOOKED_AT])
