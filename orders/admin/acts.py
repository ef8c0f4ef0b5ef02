"""What can be done with orders in the back-office: one page or button per act."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.utils.functional import cached_property

from common import money
from common.admin import Act, ActForm, AddressField, CreationForm, Text, act_on
from orders import services
from orders.admin.fields import NoteField, ReasonCodeField
from orders.admin.lines import Agreed, LinesField
from orders.models import Blocker, CancelReason, NoteVisibility, Order, OrderItem


class Assent(ActForm):
    """An act with nothing to fill in but, if one likes, a note."""

    note = NoteField()


class Reason(ActForm):
    reason_code = ReasonCodeField(CancelReason)
    reason = Text(help_text="The timeline and the stock ledger keep it.")


class Again(ActForm):
    external_ref = Text(required=False, label="Their reference", help_text="The new order's number elsewhere, if any.")
    note = NoteField()


class NoteText(ActForm):
    text = NoteField(required=True, label="Note")
    visibility = forms.ChoiceField(
        choices=NoteVisibility.choices, required=False, label="For", help_text="The confirmation shows the customer's."
    )

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or NoteVisibility.INTERNAL


class Items(ActForm):
    items = LinesField()
    note = NoteField()


class Addresses(ActForm):
    shipping_address = AddressField(required=False, help_text="Left blank, there is none.")
    billing_address = AddressField(required=False)
    note = NoteField()

    def fields_given(self) -> dict[str, Any]:
        fields = super().fields_given()
        addresses = {name: fields.pop(name) for name in Order.ADDRESSES}
        return {**fields, "addresses": addresses}


class OrderAct(Act):
    """An act on one order through its service, blocked by what the order says of it."""

    service: ClassVar[Callable[..., Order]]
    blocked_as: ClassVar[str] = ""  # the act whose rules hold for it, where that has another name

    @classmethod
    def blockers(cls, record: Order) -> tuple[Blocker, ...]:
        return record.blockers(cls.blocked_as or cls.name)

    def perform(self, **fields: Any) -> Order:
        return type(self).service(self.record.pk, **fields)

    def preview(self, outcome: Order) -> list[tuple[str, str]]:
        lines = [
            (f"{line.quantity} × {line.sku} {line.name}", money.shown(line.line_total_cents)) for line in outcome.lines
        ]
        return [*lines, ("Total", money.shown(outcome.total_cents))]


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
        return {"items": [(sku, agreed.quantity) for sku, agreed in self.agreed.items()]}

    def form(self, *args: Any, **kwargs: Any) -> CreationForm:
        form = super().form(*args, **kwargs)
        widget: Any = form.fields["items"].widget
        widget.agreed, widget.before = self.agreed, self.record.total_cents
        return form

    @cached_property
    def agreed(self) -> dict[str, Agreed]:
        lines = OrderItem.objects.filter(order=self.record).order_by("pk")
        rows = lines.values_list("product__sku", "quantity", "unit_price_cents")
        return {sku: Agreed(quantity, price) for sku, quantity, price in rows}

    def preview(self, outcome: Order) -> list[tuple[str, str]]:
        """Line by line what changes, and what that does to stock and total."""
        before, after = ({line.sku: line.quantity for line in order.lines} for order in (self.record, outcome))
        changed = [sku for sku in before | after if before.get(sku) != after.get(sku)]
        lines = [(sku, _difference(before.get(sku, 0), after.get(sku, 0))) for sku in changed]
        total = f"{money.shown(self.record.total_cents)} → {money.shown(outcome.total_cents)}"
        return [*(lines or [("Items", "stay as they are")]), ("Total", total)]

    def perform(self, **fields: Any) -> Order:
        return services.edit_items(self.record.pk, lines=fields.pop("items"), **fields)


def _difference(before: int, after: int) -> str:
    return f"{before} → {after}, available stock {before - after:+}"


@act_on(Order)
class ChangeAddresses(OrderAct):
    name, label, saves, done = "change_addresses", "Change addresses", "Save addresses", "The addresses were saved."
    permission = "orders.change_addresses"
    form_class = Addresses
    service = staticmethod(services.change_addresses)

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.record, name) for name in Order.ADDRESSES}


@act_on(Order)
class Note(OrderAct):
    name, label, done = "note", "Add note", "The note was added."
    permission = "orders.add_note"
    form_class = NoteText
    service = staticmethod(services.add_note)


@act_on(Order)
class Duplicate(OrderAct):
    name, label, saves, previews = "duplicate", "Duplicate", "Place once more", True
    done = "The order was placed once more; this is the new one."
    permission = "orders.place_order"
    form_class = Again

    def perform(self, **fields: Any) -> Order:
        external_ref = fields.pop("external_ref") or None
        return services.duplicate_order(self.record.pk, external_ref=external_ref, **fields)


@act_on(Order)
class Cancel(OrderAct):
    name, label, done, grave = "cancel", "Cancel order", "The order is cancelled; its stock is back.", True
    permission = "orders.cancel_order"
    form_class = Reason
    service = staticmethod(services.cancel_order)
