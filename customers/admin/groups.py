"""Groups of customers in the back-office."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from common.admin import Act, ActForm, CreationForm, RecordAdmin, Text, act_on, moment
from customers import services
from customers.models import GROUP_AGGREGATE, CustomerGroup
from events.services import Entry, timeline


class Particulars(forms.Form):
    name = Text()
    description = Text(required=False)


class NewGroup(Particulars, CreationForm):
    pass


class GroupChange(Particulars, ActForm):
    pass


@act_on(CustomerGroup)
class CreateGroup(Act):
    name, label, done = "add", "Add customer group", "The group was added."
    permission = "customers.add_customergroup"
    form_class = NewGroup

    def perform(self, **fields: Any) -> CustomerGroup:
        return services.create_group(**fields)


@act_on(CustomerGroup)
class ChangeGroup(Act):
    name, label, saves, done = "edit", "Edit", "Save", "The group was saved."
    permission = "customers.change_customergroup"
    form_class = GroupChange

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.record, name) for name in CustomerGroup.FIELDS}

    def perform(self, **fields: Any) -> CustomerGroup:
        return services.change_group(self.record.pk, **fields)


@act_on(CustomerGroup)
class RemoveGroup(Act):
    name, label, done, grave = "remove", "Remove", "The group was removed.", True
    permission = "customers.delete_customergroup"
    removes = True

    def perform(self, **fields: Any) -> CustomerGroup:
        return services.delete_group(self.record.pk, **fields)


@admin.register(CustomerGroup)
class GroupAdmin(RecordAdmin):
    list_display = ("name", "description", "created_at")
    list_display_links = ("name",)
    sortable_by = ("name", "created_at")

    def story(self, record: CustomerGroup, *, after: int = 0) -> list[Entry]:
        return timeline(GROUP_AGGREGATE, record.pk, after=after)

    def facts(self, request: HttpRequest, record: CustomerGroup) -> dict[str, Any]:
        pairs = [("Name", record.name), ("Description", record.description), ("Since", moment(record.created_at))]
        return {"pairs": pairs}
