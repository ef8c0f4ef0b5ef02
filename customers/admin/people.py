"""Customers in the back-office: the list, the page of one, and what can be done there."""

from operator import attrgetter
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from common.admin import Act, ActForm, Blocker, CreationForm, RecordAdmin, Text, act_on, moment
from common.admin.exports import Exported
from common.admin.importing import ImportFile
from common.exports.columns import Column, Kind
from customers import services
from customers.imports import IMPORTER
from customers.models import AGGREGATE, Customer, CustomerGroup
from events.services import Entry, timeline

MOST_SHOWN = 50  # addresses and aliases each


class GroupField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Chooses a group and gives its id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(CustomerGroup.objects.all(), **kwargs)

    def clean(self, value: Any) -> Any:
        group = super().clean(value)
        return None if group is None else group.pk


class Particulars(forms.Form):
    email = forms.EmailField(max_length=255, label="E-mail")
    first_name = Text(required=False)
    last_name = Text(required=False)
    phone = Text(required=False)
    group_id = GroupField(required=False, label="Group")


class NewCustomer(Particulars, CreationForm):
    pass


class CustomerChange(Particulars, ActForm):
    pass


class CustomerAct(Act):
    """An act on a customer; nothing is done to one who was merged into another."""

    @classmethod
    def blockers(cls, record: Customer) -> tuple[Blocker, ...]:
        return (Blocker(record.merged_detail),) if record.merged_detail else ()


@act_on(Customer)
class Create(Act):
    name, label, done = "add", "Add customer", "The customer was added."
    permission = "customers.add_customer"
    form_class = NewCustomer

    def perform(self, **fields: Any) -> Customer:
        return services.create_customer(**fields)


@act_on(Customer)
class Change(CustomerAct):
    name, label, saves, done = "edit", "Edit", "Save", "The customer was saved."
    permission = "customers.change_customer"
    form_class = CustomerChange

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.record, name) for name in (*Customer.PERSONAL, "group_id")}

    def perform(self, **fields: Any) -> Customer:
        return services.change_customer(self.record.pk, **fields)


@act_on(Customer)
class Import(ImportFile):
    permission, importer = "customers.add_customer", IMPORTER


EXPORTED: Exported = {
    Column("id", Kind.INTEGER): attrgetter("pk"),
    **{Column(name, Kind.TEXT): attrgetter(name) for name in ("email", "first_name", "last_name", "phone")},
    Column("group", Kind.TEXT, optional=True): lambda customer: customer.group and customer.group.name,
    Column("created_at", Kind.MOMENT): attrgetter("created_at"),
}


@admin.register(Customer)
class CustomerAdmin(RecordAdmin):
    record_template = "admin/customers/customer/record.html"
    list_display = ("id", "email", "first_name", "last_name", "phone", "group", "created_at")
    list_display_links = ("id", "email")
    exported = EXPORTED
    list_select_related = ("group",)
    list_filter = ("group", "created_at")
    search_fields = ("email",)
    search_help_text = "Beginning of a name or of an e-mail address, or a phone number"
    sortable_by = ("id", "created_at")

    def search(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        return queryset.search(term)

    def story(self, record: Customer, *, after: int = 0) -> list[Entry]:
        return timeline(AGGREGATE, record.pk, after=after)

    def facts(self, request: HttpRequest, record: Customer) -> dict[str, Any]:
        pairs = [
            ("E-mail", record.email),
            ("First name", record.first_name),
            ("Last name", record.last_name),
            ("Phone", record.phone),
            ("Group", str(record.group or "")),
            ("Customer since", moment(record.created_at)),
        ]
        return {
            "title": f"Customer {record.pk}",
            "subtitle": str(record),
            "pairs": pairs,
            "addresses": record.addresses.order_by("pk")[:MOST_SHOWN],
            "aliases": record.aliases.order_by("pk")[:MOST_SHOWN],
        }
