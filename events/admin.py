"""The event log in the back-office: to be read."""

import json
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.html import format_html

from accounts.services import names_of
from common.admin import ReadOnlyAdmin
from events.models import Event

MOST_SHOWN = 80  # characters


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    view_permission = "events.view_event"
    list_display = ("occurred_at", "type", "about", "version", "who", "told")
    search_fields = ("aggregateid",)
    search_help_text = "One thing's story: order 12, product 3, customer 7"
    ordering = ("-epoch", "-xid", "-position")
    sortable_by = ()

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the names of those who acted on this page."""
        changelist = super().get_changelist_instance(request)
        names = names_of({event.actor for event in changelist.result_list})
        for event in changelist.result_list:
            event.who = names[event.actor]
        return changelist

    @admin.display
    def about(self, event: Event) -> str:
        return f"{event.aggregatetype} {event.aggregateid}"

    @admin.display(description="by")
    def who(self, event: Any) -> str:
        return str(event.who)

    @admin.display(description="payload")
    def told(self, event: Event) -> str:
        """The change itself, folded where it is long."""
        text = json.dumps(event.payload, ensure_ascii=False)
        if len(text) <= MOST_SHOWN:
            return text
        return format_html("<details><summary>{}…</summary>{}</details>", text[:MOST_SHOWN], text)

    def search(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        kind, _, number = term.partition(" ")
        pk = int(number) if number.isdecimal() and len(number) < 19 else 0
        return queryset.filter(aggregatetype=kind.lower(), aggregateid=pk)
