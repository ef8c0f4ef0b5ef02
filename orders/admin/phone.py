"""An order taken by phone: who orders, what, and where it goes, all on one page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy

from common.addresses import in_one_line
from common.admin import CreationForm, Text, act_on
from customers.models import Customer
from customers.services import add_address, create_customer
from orders import services
from orders.admin.acts import OrderAct
from orders.admin.destinations import (
    DestinationField,
    book_of,
    kept_addresses,
    named_addresses,
    offered,
    unknown,
)
from orders.admin.fields import NoteField
from orders.admin.lines import LinesField
from orders.models import Order

DESTINATIONS = ("shipping_address", "billing_address")


class CustomerLookup(AutocompleteJsonView):
    """Customers that a few letters may mean; their e-mail tells apart those of the same name."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(obj.pk), "text": f"{obj}, {obj.email}"}


def address_book_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The address book of the customer who was chosen, for whoever may place an order."""
    if not request.user.has_perms(("orders.place_order", "customers.view_customer")):
        raise PermissionDenied
    return JsonResponse({"addresses": offered(book_of(get_object_or_404(Customer, pk=pk)))})


class CustomerSelect(AutocompleteSelect):
    """Finds a customer by what is typed. Django's own breaks when what comes back is no id."""

    url_name = "%s:orders_order_customers"

    def __init__(self) -> None:
        book = reverse_lazy("admin:orders_order_address_book", args=[0])
        attrs = {"style": "width: 30em", "data-book": book}
        super().__init__(Order._meta.get_field("customer"), admin.site, attrs=attrs)

    def format_value(self, value: Any) -> list[str]:
        return [text for text in super().format_value(value) if text.isdecimal() and len(text) < 19]


class NewOrder(CreationForm):
    customer_id = forms.ModelChoiceField(
        Customer.objects.all(), required=False, label="Customer", widget=CustomerSelect, help_text="By name or e-mail."
    )
    email = forms.EmailField(required=False, max_length=255, label="Or a new customer's e-mail")
    first_name = Text(required=False)
    last_name = Text(required=False)
    phone = Text(required=False)
    items = LinesField()
    shipping_address = DestinationField("shipping")
    billing_address = DestinationField("billing")
    external_ref = Text(required=False, label="Their reference", help_text="The order's number elsewhere, if any.")
    note = NoteField()

    def offer_book(self, *, may_see: bool, may_keep: bool) -> None:
        """Offer the addresses of the customer whom the page comes with; another's come when one is chosen."""
        chosen = CustomerSelect().format_value(self["customer_id"].value())
        customer = Customer.objects.filter(pk__in=chosen).first()
        self.book = book_of(customer) if customer else []
        for name in DESTINATIONS:
            widget: Any = self.fields[name].widget
            widget.book, widget.may_keep = self.book if may_see else [], may_keep

    def clean(self) -> dict[str, Any] | None:
        """Either somebody who is known or somebody new; and addresses that there are."""
        given = super().clean() or self.cleaned_data
        if given.get("customer_id") and given.get("email"):
            raise ValidationError({"email": "A customer is chosen already; clear one of the two."})
        is_readable = not {"customer_id", "email"} & self.errors.keys()
        if is_readable and not given.get("customer_id") and not given.get("email"):
            raise ValidationError({"customer_id": "Who orders? Choose a customer, or give the e-mail of a new one."})
        for name in DESTINATIONS:
            if name in given and unknown(given[name], self.book):
                self.add_error(name, "It is not in the customer's address book. Please choose again.")
        return given

    def fields_given(self) -> dict[str, Any]:
        """The customer, the lines and the addresses as the services take them."""
        fields = super().fields_given()
        shipping, billing = (fields.pop(name) for name in DESTINATIONS)
        return {
            **fields,
            "addresses": named_addresses(shipping, billing, self.book),
            "kept": list(kept_addresses(shipping, billing, self.book)),
        }


@act_on(Order)
class Place(OrderAct):
    name, label, done, previews = "add", "Place order", "The order was placed.", True
    permission = "orders.place_order"
    form_class = NewOrder

    def form(self, *args: Any, **kwargs: Any) -> CreationForm:
        form: Any = super().form(*args, **kwargs)
        may = self.request.user.has_perm
        form.offer_book(may_see=may("customers.view_customer"), may_keep=may("customers.change_customer"))
        return form  # type: ignore[no-any-return]

    def initial(self) -> dict[str, Any]:
        return {"customer_id": self.request.GET.get("customer")}

    def perform(self, **fields: Any) -> Order:
        """A new customer, their addresses and their order are made together or not at all."""
        chosen, lines, kept = fields.pop("customer_id"), fields.pop("items"), fields.pop("kept")
        external_ref = fields.pop("external_ref") or None
        particulars = {name: fields.pop(name) for name in Customer.PERSONAL}
        if chosen is None:
            self.require("customers.add_customer")
            chosen = create_customer(actor=fields["actor"], **particulars)
        customer_id = chosen.merged_into_id or chosen.pk
        for address, defaults in kept:
            self.require("customers.change_customer")
            add_address(customer_id, actor=fields["actor"], address=address, defaults=defaults)
        return services.place_order(customer_id=customer_id, lines=lines, external_ref=external_ref, **fields)

    def require(self, permission: str) -> None:
        if not self.request.user.has_perm(permission):
            raise PermissionDenied

    def preview(self, outcome: Order) -> list[tuple[str, str]]:
        """With the addresses that will stand on the order."""
        copied = ((name, getattr(outcome, name)) for name in DESTINATIONS)
        addresses = [(name.replace("_", " ").capitalize(), in_one_line(each or {}) or "none") for name, each in copied]
        return [*super().preview(outcome), *addresses]
