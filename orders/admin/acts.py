"""What can be done with orders in the back-office: one page or button per act."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect

from common import money
from common.admin import Act, ActForm, CreationForm, LongText, Text, act_on
from customers.models import Customer
from orders import services
from orders.admin.lines import LinesField
from orders.models import Blocker, Order, OrderItem

MOST_NOTE = 4_000


class NoteField(LongText):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MOST_NOTE, **kwargs)


class Assent(ActForm):
    """An act with nothing to fill in but, if one likes, a note."""

    note = NoteField(required=False)


class Reason(ActForm):
    reason = Text(help_text="The timeline and the stock ledger keep it.")


class NoteText(ActForm):
    text = NoteField(label="Note")


class Items(ActForm):
    items = LinesField()
    note = NoteField(required=False)


class CustomerSelect(AutocompleteSelect):
    """Finds a customer by what is typed. Django's own breaks when what comes back is no id."""

    def __init__(self) -> None:
        super().__init__(Order._meta.get_field("customer"), admin.site, attrs={"style": "width: 30em"})

    def format_value(self, value: Any) -> list[str]:
        return [text for text in super().format_value(value) if text.isdecimal() and len(text) < 19]


class NewOrder(CreationForm):
    customer_id = forms.ModelChoiceField(Customer.objects.all(), label="Customer", widget=CustomerSelect)
    items = LinesField()
    external_ref = Text(required=False, label="Their reference", help_text="The order's number elsewhere, if any.")
    note = NoteField(required=False)


class OrderAct(Act):
    """An act on one order through its service, blocked by what the order says of it."""

    service: ClassVar[Callable[..., Order]]

    @classmethod
    def blockers(cls, record: Order) -> tuple[Blocker, ...]:
        return record.blockers(cls.name) if cls.name in Order.ACTS else ()

    def perform(self, **fields: Any) -> Order:
        return type(self).service(self.record.pk, **fields)

    def preview(self, outcome: Order) -> list[tuple[str, str]]:
        lines = [
            (f"{line.quantity} × {line.sku} {line.name}", money.shown(line.line_total_cents)) for line in outcome.lines
        ]
        return [*lines, ("Total", money.shown(outcome.total_cents))]


@act_on(Order)
class Place(OrderAct):
    name, label, done, previews = "add", "Place order", "The order was placed.", True
    permission = "orders.place_order"
    form_class = NewOrder

    def initial(self) -> dict[str, Any]:
        return {"customer_id": self.request.GET.get("customer")}

    def perform(self, **fields: Any) -> Order:
        customer, lines = fields.pop("customer_id"), fields.pop("items")
        external_ref = fields.pop("external_ref") or None
        return services.place_order(customer_id=customer.pk, lines=lines, external_ref=external_ref, **fields)


@act_on(Order)
class Confirm(OrderAct):
    name, label, done, at_once = "confirm", "Confirm", "The order is confirmed.", True
    permission = "orders.confirm_order"
    form_class = Assent
    service = staticmethod(services.confirm_order)


@act_on(Order)
class Ship(OrderAct):
    name, label, done, at_once = "ship", "Ship", "The order is shipped.", True
    permission = "orders.ship_order"
    form_class = Assent
    service = staticmethod(services.ship_order)


@act_on(Order)
class Deliver(OrderAct):
    name, label, done, at_once = "deliver", "Deliver", "The order is delivered.", True
    permission = "orders.deliver_order"
    form_class = Assent
    service = staticmethod(services.deliver_order)


@act_on(Order)
class EditItems(OrderAct):
    name, label, saves, done, previews = "edit_items", "Edit items", "Save items", "The items were saved.", True
    permission = "orders.edit_items"
    form_class = Items

    def initial(self) -> dict[str, Any]:
        """By the SKU that each product has today: the agreed one may be another product's by now."""
        lines = OrderItem.objects.filter(order=self.record).order_by("pk")
        return {"items": list(lines.values_list("product__sku", "quantity"))}

    def perform(self, **fields: Any) -> Order:
        return services.edit_items(self.record.pk, lines=fields.pop("items"), **fields)


@act_on(Order)
class Note(OrderAct):
    name, label, done = "note", "Add note", "The note was added."
    permission = "orders.add_note"
    form_class = NoteText
    service = staticmethod(services.add_note)


@act_on(Order)
class Cancel(OrderAct):
    name, label, done, grave = "cancel", "Cancel order", "The order is cancelled; its stock is back.", True
    permission = "orders.cancel_order"
    form_class = Reason
    service = staticmethod(services.cancel_order)
