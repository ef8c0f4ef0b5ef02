"""What customers send back: announcing, receiving and calling off a return, and sending something in exchange."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.admin import ActForm, CreationForm, Text, act_on
from orders import services
from orders.admin.choosing import ChoosingAct, Which, units_in_words
from orders.admin.fields import NoteField, ReasonCodeField
from orders.admin.lines import LinesField
from orders.admin.parcels import UnitsAct
from orders.admin.units import UnitsField, UnitsWidget, is_id, is_quantity
from orders.models import Disposition, Order, Return, ReturnReason, return_blockers, units
from orders.services import ReturnUnits
from orders.services.demand import MOST_LINES, MOST_QUANTITY

# The ids of a return and of an item, and how many of it are restocked and written off, all as they were sent.
Row = tuple[str, str, str, str]
FATES = (Disposition.RESTOCK, Disposition.WRITE_OFF)


class ReturnableWidget(UnitsWidget):
    heading = "Shipped"

    def counted(self) -> units.Units:
        return units.returnable(self.record)


class ReturnableField(UnitsField):
    widget = ReturnableWidget


class ArrivedWidget(forms.Widget):
    """A row for each item of the returns that wait; what is left blank did not come."""

    template_name = "admin/orders/arrived_units.html"
    record: Order

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        columns = (data.getlist(f"{name}_{column}") for column in ("return_id", "item_id", *FATES))
        return [tuple(text.strip() for text in row) for row in zip(*columns, strict=False)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_return_id" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        typed = {row[:2]: row[2:] for row in value or ()}
        lines = {str(line.pk): line for line in self.record.lines}
        rows = [
            (return_id, lines[item_id], requested, *typed.get((return_id, item_id), ("", "")))
            for (return_id, item_id), (requested, _) in waiting(self.record).items()
        ]
        return {"rows": rows, **super().get_context(name, value, attrs)}


def waiting(order: Order) -> dict[tuple[str, str], tuple[int, int]]:
    """By the ids of a return that is requested and of an item: how many are in it, and how many to be written off."""
    requested: Counter[tuple[str, str]] = Counter()
    written_off: Counter[tuple[str, str]] = Counter()
    for each in order.sent_back:
        for content in each.contents if each.status == Return.Status.REQUESTED else ():
            row = (str(each.pk), str(content["item_id"]))
            requested[row] += content["quantity"]
            written_off[row] += content["quantity"] if content["disposition"] == Disposition.WRITE_OFF else 0
    return {row: (quantity, written_off[row]) for row, quantity in requested.items()}


class ArrivedField(forms.Field):
    widget = ArrivedWidget

    def to_python(self, value: Any) -> list[tuple[int, ReturnUnits]]:
        rows: list[Row] = value or []
        if len(rows) > MOST_LINES or not all(is_id(return_id) and is_id(item_id) for return_id, item_id, *_ in rows):
            raise ValidationError("These are not items of a return.", code="invalid")
        if not all(is_quantity(text) for _, _, *texts in rows for text in texts if text not in ("", "0")):
            raise ValidationError(f"A quantity is a whole number from 1 to {MOST_QUANTITY:,}.", code="invalid")
        return [
            (int(return_id), ReturnUnits(int(item_id), int(text), fate.value))
            for return_id, item_id, *texts in rows
            for fate, text in zip(FATES, texts, strict=True)
            if text not in ("", "0")
        ]


class Announced(ActForm):
    lines = ReturnableField(label="Units that come back")
    reason = Text(help_text="The timeline and the stock ledger keep it.")
    reason_code = ReasonCodeField(ReturnReason)
    note = NoteField()

    def fields_given(self) -> dict[str, Any]:
        fields = super().fields_given()
        return {**fields, "lines": [ReturnUnits(unit.item_id, unit.quantity) for unit in fields["lines"]]}


def in_words(sent_back: Return) -> str:
    return f"{sent_back}, {units_in_words(sent_back.units)}"


class Arrived(ActForm):
    return_id = Which(in_words, label="Return")
    lines = ArrivedField(label="What came")
    note = NoteField()

    def fields_given(self) -> dict[str, Any]:
        fields = super().fields_given()
        return {**fields, "lines": [line for return_id, line in fields["lines"] if return_id == fields["return_id"]]}


class Chosen(ActForm):
    return_id = Which(in_words, label="Return")
    note = NoteField()


class InExchange(Chosen):
    items = LinesField(required=False, label="Items", help_text="Left blank, what is returned.")
    field_order = ("return_id", "items")

    def fields_given(self) -> dict[str, Any]:
        fields = super().fields_given()
        lines = fields.pop("items") or None
        return {**fields, "lines": lines}


@act_on(Order)
class RequestReturn(UnitsAct):
    name, label, done = "request_return", "Request return", "The return is requested."
    permission = "orders.request_return"
    form_class = Announced
    offers_all = False
    service = staticmethod(services.request_return)


class ReturnAct(ChoosingAct):
    choice, kind = "return_id", "returns"

    @classmethod
    def every(cls, record: Order) -> list[Return]:
        return record.sent_back

    @classmethod
    def possible(cls, record: Order) -> list[Return]:
        return [each for each in record.sent_back if not return_blockers(each, cls.name)]


@act_on(Order)
class ReceiveReturn(ReturnAct):
    name, label, done = "receive_return", "Receive return", "The return is received; what is restocked is available."
    permission = "orders.receive_return"
    form_class = Arrived
    service = staticmethod(services.receive_return)

    def initial(self) -> Mapping[str, Any]:
        """All that was requested came, and can be sold again unless it was said to be written off."""
        rows = waiting(self.record).items()
        return {"lines": [(*row, str(quantity - lost or ""), str(lost or "")) for row, (quantity, lost) in rows]}

    def form(self, *args: Any, **kwargs: Any) -> CreationForm:
        form = super().form(*args, **kwargs)
        form.fields["lines"].widget.record = self.record
        return form


@act_on(Order)
class CancelReturn(ReturnAct):
    name, label, done, grave = "cancel_return", "Cancel return", "The return is cancelled.", True
    permission = "orders.request_return"
    form_class = Chosen
    service = staticmethod(services.cancel_return)


@act_on(Order)
class ExchangeReturn(ReturnAct):
    name, label, done, previews = "exchange_return", "Exchange", "The order was placed in exchange.", True
    permission = "orders.place_order"
    form_class = InExchange
    service = staticmethod(services.exchange_return)
