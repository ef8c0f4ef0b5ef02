"""Lists and pages of records: they show and lead to acts, and change nothing by themselves."""

from datetime import datetime
from functools import partial
from typing import Any, ClassVar, NamedTuple

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db import DataError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.timezone import localtime

from common.admin.acts import ACTS, Act, Blocked
from common.admin.exports import FORMATS, Exported, export
from common.admin.forms import CreationForm
from common.admin.neighbours import came_from, neighbours
from common.admin.panels import PANELS
from common.admin.theme import ModelAdmin
from common.ordering import in_order

# A list counts no further; whoever needs more than this narrows the filter.
MOST_LISTED = 5_000
# How a filter in the address may compare: regular expressions and the like can break a query, or burden it.
COMPARISONS = ("exact", "gte", "lt", "isnull")


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a list without counting a big table: the count stops at the cap."""

    most = MOST_LISTED

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.most].count())


class ListAdmin(ModelAdmin):  # type: ignore[type-arg]
    """A list that stays fast, and a record that nobody deletes."""

    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    list_per_page = 50
    change_list_template = "admin/list.html"
    # Columns of its files, each with what gives the value of a record; without any there are no files.
    exported: ClassVar[Exported] = {}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        _refuse_nul(request)
        title = str(self.opts.verbose_name_plural).capitalize()
        leads = {"files": self.files(request), "list_links": self.links(request)}
        context = {"title": title, **leads, **(extra_context or {})}
        return super().changelist_view(request, context)

    def files(self, request: HttpRequest) -> list[tuple[str, str]]:
        """The formats in which the list can be had, and where; what narrows it stays in the address."""
        kept = request.GET.copy()
        kept.pop("p", None)
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        query = f"?{kept.urlencode()}" if kept else ""
        return [(name.upper(), reverse(f"{page}_{name}") + query) for name in FORMATS] if self.exported else []

    def links(self, request: HttpRequest) -> list[tuple[str, str]]:
        """The acts on many records that the person may do, and where."""
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        acts = [act for act in ACTS[self.model] if act.of_many and act.permits(request)]
        return [(act.label, reverse(f"{page}_{act.name}")) for act in acts]

    def export_pages(self) -> list[URLPattern]:
        formats = FORMATS if self.exported else ()
        views = {name: partial(self.export_view, format_name=name) for name in formats}
        return [_page(self, f"export.{name}", view, f"export_{name}") for name, view in views.items()]

    def export_view(self, request: HttpRequest, format_name: str) -> HttpResponseBase:
        """The list as its address describes it, as a file and without an end."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        _refuse_nul(request)
        try:
            changelist = self.get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise BadRequest("The filter in the address cannot be read.") from error
        records = self.get_queryset(request)
        related = self.list_select_related
        if isinstance(related, tuple | list) and related:
            records = records.select_related(*related)
        return export(changelist, records, self.exported, format_name)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Django takes most nonsense in the address for what it is; some of it shows only when the query is made."""
        try:
            return super().get_changelist_instance(request)
        except (DataError, OverflowError, ValueError) as error:
            raise IncorrectLookupParameters from error

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        *_, comparison = lookup.split("__")
        plain = "__" not in lookup or comparison in COMPARISONS
        return plain and super().lookup_allowed(lookup, value, request)

    def condition_in_words(self, lookup: str, value: str) -> str:
        """A condition in the address that is none of the filters, as it stands above the list."""
        return f"{lookup.replace('__', ' ').removesuffix(' exact')}: {value}"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if "\0" in term:
            return queryset.none(), False
        names = queryset.query.order_by or self.opts.ordering or ("-pk",)
        return in_order(self.search(request, queryset, term), *names), False

    def search(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        """The rows that a text means."""
        return super().get_search_results(request, queryset, term)[0]


class ReadOnlyAdmin(ListAdmin):
    """Records that may be looked at and nothing else."""

    list_display_links: Any = None
    view_permission: ClassVar[str]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(self.view_permission))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        return [_page(self, "", self.changelist_view, "changelist"), *self.export_pages()]


class Button(NamedTuple):
    """An act on a record's page: pressed at once, or leading to its form; with what stands in its way."""

    act: type[Act]
    url: str
    blockers: tuple[Blocked, ...]
    form: CreationForm | None

    def place(self) -> tuple[bool, bool]:
        return bool(self.blockers), self.act.grave


class RecordAdmin(ListAdmin):
    """A list, a page for each record, and the acts that were offered on its model."""

    record_template: ClassVar[str] = "admin/record.html"

    def get_urls(self) -> list[URLPattern]:
        return [
            _page(self, "", self.changelist_view, "changelist"),
            *self.export_pages(),
            *(_page(self, act.route(), act.as_view(record_admin=self), act.name) for act in ACTS[self.model]),
            _page(self, "<int:pk>/change/", self.record_view, "change"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return any(act.name == "add" and act.permits(request) for act in ACTS[self.model])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # by acts only

    def records(self) -> QuerySet[Any]:
        records: QuerySet[Any] = self.model._default_manager.all()
        return records

    def record_or_404(self, request: HttpRequest, pk: int) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        record = self.records().filter(pk=pk).first()
        if record is None:
            raise Http404(f"There is no {self.opts.verbose_name} {pk}.")
        return record

    def story(self, record: Any, *, after: int = 0) -> list[Any]:
        """What happened to the record after a version, newest first."""
        return []

    def facts(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """What its page shows besides buttons and story."""
        return {}

    def record_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.record_or_404(request, pk)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        buttons = self.buttons(request, record)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(record),
            "record": record,
            "original": record,
            "media": self.media,
            "buttons": buttons,
            "blocked": [button for button in buttons if button.blockers],
            "story": self.story(record),
            "neighbours": neighbours(self, request, record),
            "panels": [panel(request, record) for panel in PANELS[self.model]],
            **self.facts(request, record),
        }
        return TemplateResponse(request, self.record_template, context)

    def buttons(self, request: HttpRequest, record: Any) -> list[Button]:
        """Every act that the person may do, those first that are possible now, and grave ones last of them."""
        acts = [act for act in ACTS[self.model] if act.name != "add" and not act.of_many and act.permits(request)]
        return sorted((self._button(request, act, record) for act in acts), key=Button.place)

    def _button(self, request: HttpRequest, act: type[Act], record: Any) -> Button:
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{act.name}", args=[record.pk])
        form = act.form_class(initial={"version": record.version}, auto_id=False) if act.at_once else None
        return Button(act, url + came_from(request), act.blockers(record), form)


def _refuse_nul(request: HttpRequest) -> None:
    if any("\0" in text for text in (*request.GET, *request.GET.values())):
        raise BadRequest("The address contains a NUL character.")


def _page(model_admin: ListAdmin, route: str, view: Any, name: str) -> URLPattern:
    options = model_admin.opts
    guarded = model_admin.admin_site.admin_view(view)
    page: URLPattern = path(route, guarded, name=f"{options.app_label}_{options.model_name}_{name}")
    return page


def moment(at: datetime | None) -> str:
    """A time as people of the business read it, in their zone; empty when there is none."""
    return localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
