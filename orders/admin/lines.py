"""The lines of an order as a person types them: a SKU and a quantity each."""

from itertools import zip_longest
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from orders.services import Line
from orders.services.demand import MOST_LINES, MOST_QUANTITY
from products.models import Product

BLANK_ROWS = 3


class LinesWidget(forms.Widget):
    """Rows of two inputs, some of them blank; rows left blank do not count."""

    template_name = "admin/orders/lines.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        typed = zip_longest(data.getlist(f"{name}_sku"), data.getlist(f"{name}_quantity"), fillvalue="")
        rows = [(sku.strip(), quantity.strip()) for sku, quantity in typed]
        return [row for row in rows if any(row)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_sku" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """What was typed, each row with the name of its product where there is one, and some blank rows."""
        typed = value or []
        skus = [sku for sku, _ in typed if "\0" not in sku]
        names = dict(Product.objects.filter(sku__in=skus).values_list("sku", "name"))
        rows = [(sku, quantity, names.get(sku, "")) for sku, quantity in typed]
        return {"rows": [*rows, *[("", "", "")] * BLANK_ROWS], **super().get_context(name, value, attrs)}


class LinesField(forms.Field):
    widget = LinesWidget

    def to_python(self, value: Any) -> list[Line]:
        rows = value or []
        if len(rows) > MOST_LINES:
            raise ValidationError(f"An order has at most {MOST_LINES} lines.", code="too_many")
        faults = [fault for index, row in enumerate(rows) for fault in _faults(index, *row)]
        if faults:
            raise ValidationError(faults)
        return [Line(quantity=int(quantity), sku=sku) for sku, quantity in rows]


def _faults(index: int, sku: str, quantity: str) -> list[str]:
    line, faults = f"Line {index + 1}", []
    if not sku or not sku.isprintable() or len(sku) > 255:
        faults.append(f"{line}: A SKU is needed.")
    digits = quantity.isascii() and quantity.isdigit() and len(quantity) <= 7
    if not digits or not 0 < int(quantity) <= MOST_QUANTITY:
        faults.append(f"{line}: The quantity is a whole number from 1 to {MOST_QUANTITY:,}.")
    return faults
