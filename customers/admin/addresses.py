"""The address book of a customer: entries are added on the customer's page, and changed on pages of their own."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.addresses import FIELDS
from common.admin import Act, ActForm, AddressField, RecordAdmin, act_on
from common.admin.addresses import label_of
from common.countries import COUNTRIES
from customers import services
from customers.admin.people import CustomerAct
from customers.models import AGGREGATE, Customer, CustomerAddress
from events.services import Entry, timeline

PURPOSES = CustomerAddress.PURPOSES


class EntryForm(ActForm):
    """An address, and what it is the default for."""

    address = AddressField()
    is_default_shipping = forms.BooleanField(required=False, label="Goods go here unless an order says otherwise")
    is_default_billing = forms.BooleanField(required=False, label="Invoices go here unless an order says otherwise")

    def fields_given(self) -> dict[str, Any]:
        fields = super().fields_given()
        fields["defaults"] = {purpose: fields.pop(f"is_default_{purpose}") for purpose in PURPOSES}
        return fields


@act_on(Customer)
class AddAddress(CustomerAct):
    name, label, done = "add_address", "Add address", "The address was added."
    permission = "customers.change_customer"
    form_class = EntryForm

    def perform(self, **fields: Any) -> Customer:
        return services.add_address(self.record.pk, **fields).customer


class AddressAct(Act):
    """An act on an entry, which leads back to the customer it belongs to."""

    permission = "customers.change_customer"

    @property
    def ids(self) -> tuple[int, int]:
        return self.record.customer_id, self.record.pk


@act_on(CustomerAddress)
class ChangeAddress(AddressAct):
    name, label, saves, done = "edit", "Edit", "Save", "The address was saved."
    form_class = EntryForm

    def initial(self) -> dict[str, Any]:
        defaults = {f"is_default_{purpose}": purpose in self.record.purposes for purpose in PURPOSES}
        return {"address": self.record.address, **defaults}

    def perform(self, **fields: Any) -> Customer:
        parts = fields.pop("address").as_json()
        return services.change_address(*self.ids, fields=parts, **fields).customer


@act_on(CustomerAddress)
class RemoveAddress(AddressAct):
    name, label, done, grave = "remove", "Remove", "The address was removed; orders keep their copies.", True

    def perform(self, **fields: Any) -> Customer:
        return services.remove_address(*self.ids, **fields).customer


@admin.register(CustomerAddress)
class AddressAdmin(RecordAdmin):
    list_display = ("name", "company", "line1", "postal_code", "city", "country", "customer")
    list_select_related = ("customer",)
    list_filter = ("is_default_shipping", "is_default_billing")
    sortable_by = ()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("customers.view_customer"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # reached from the customer's page

    def records(self) -> QuerySet[CustomerAddress]:
        return CustomerAddress.objects.select_related("customer")

    def story(self, record: CustomerAddress, *, after: int = 0) -> list[Entry]:
        """That of the customer, whose version an address has."""
        return [_of_entry(record, entry) for entry in timeline(AGGREGATE, record.customer_id, after=after)]

    def facts(self, request: HttpRequest, record: CustomerAddress) -> dict[str, Any]:
        shown = {**record.address.as_json(), "country": COUNTRIES.get(record.country, record.country)}
        pairs = [(label_of(part), shown[part]) for part in FIELDS if shown[part]]
        return {
            "title": f"Address of {record.customer}",
            "pairs": [*pairs, ("Default for", " and ".join(record.purposes) or "nothing")],
        }


def _of_entry(record: CustomerAddress, entry: Entry) -> Entry:
    """What an event of the customer says of this address: another one's change is none of it, a default may be."""
    own = {} if "address" in entry.fields and entry.payload.get("address_id") != record.pk else dict(entry.fields)
    for purpose, address_id in entry.payload.get("defaults", {}).items():
        own[f"default_for_{purpose}"] = (None, "this address" if address_id == record.pk else "not this address")
    return replace(entry, fields=own)
