"""Units of an order's items as a person types them: beside each item that has some open, how many."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from common.admin import ActForm, Text
from orders.admin.fields import NoteField, ReasonCodeField
from orders.models import Order, ShortCloseReason, units
from orders.services import ItemUnits, Tracking
from orders.services.demand import MOST_LINES, MOST_QUANTITY

Row = tuple[str, str]  # the id of an item, and a quantity, both as they were sent


class UnitsWidget(forms.Widget):
    """A row for each item with open units; a quantity left blank does not count."""

    template_name = "admin/orders/units.html"
    heading: ClassVar = "Open"
    record: Order

    def counted(self) -> units.Units:
        """The units that can be chosen."""
        return units.free(self.record)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        typed = zip(data.getlist(f"{name}_item_id"), data.getlist(f"{name}_quantity"), strict=False)
        return [(item.strip(), quantity.strip()) for item, quantity in typed if quantity.strip()]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_quantity" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        free, typed = self.counted(), dict(value or ())
        rows = [(line, free[line.pk], typed.get(str(line.pk), "")) for line in self.record.lines if free[line.pk]]
        return {"rows": rows, "heading": self.heading, **super().get_context(name, value, attrs)}


class UnitsField(forms.Field):
    widget = UnitsWidget

    def to_python(self, value: Any) -> list[ItemUnits]:
        rows = value or []
        if len(rows) > MOST_LINES or not all(is_id(item) for item, _ in rows):
            raise ValidationError("These are not items of the order.", code="invalid")
        if not all(is_quantity(quantity) for _, quantity in rows):
            raise ValidationError(f"A quantity is a whole number from 1 to {MOST_QUANTITY:,}.", code="invalid")
        return [ItemUnits(int(item), int(quantity)) for item, quantity in rows]


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def is_quantity(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 7 and 0 < int(text) <= MOST_QUANTITY


class TrackingForm(ActForm):
    """Who carries a parcel and how to ask after it, as far as that is known."""

    carrier = Text(required=False)
    tracking_number = Text(required=False)
    tracking_url = forms.URLField(required=False, max_length=255, label="Tracking address", assume_scheme="https")
    note = NoteField()

    def fields_given(self) -> dict[str, Any]:
        fields = super().fields_given()
        names = ("carrier", "tracking_number", "tracking_url")
        fields["tracking"] = Tracking(**{name: fields.pop(name) for name in names})
        return fields


class ParcelForm(TrackingForm):
    lines = UnitsField(label="Units")
    field_order = ("lines",)


class ShortfallForm(ActForm):
    lines = UnitsField(label="Units that will never come")
    reason_code = ReasonCodeField(ShortCloseReason)
    reason = Text(help_text="The timeline and the stock ledger keep it.")
