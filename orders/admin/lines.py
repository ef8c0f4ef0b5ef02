"""The lines of an order as a person types them: a SKU and a quantity each."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.widgets import Script

from orders.services import Line
from orders.services.demand import MOST_LINES, MOST_QUANTITY
from products.models import Product

BLANK_ROWS = 3


@dataclass(frozen=True, slots=True)
class Agreed:
    """A line that the order has already: so many units are held, at this price whatever the product costs today."""

    quantity: int
    unit_price_cents: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the page shows it, with its product where there is one."""

    sku: str = ""
    quantity: object = ""
    product: Product | None = None
    agreed: Agreed | None = None

    @property
    def price_cents(self) -> int | None:
        if self.agreed is not None:
            return self.agreed.unit_price_cents
        return self.product.price_cents if self.product else None

    @property
    def held(self) -> int:
        return self.agreed.quantity if self.agreed else 0


class LinesWidget(forms.Widget):
    """Rows of two inputs, some of them blank; rows left blank do not count. Beside each, its product's stock and price.

    Of an order that is edited, `agreed` has what it holds already, by SKU, and `before` its total.
    """

    template_name = "admin/orders/lines.html"
    agreed: Mapping[str, Agreed] = MappingProxyType({})
    before: int | None = None

    class Media:
        js = (Script("orders/lines.js", defer=True),)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        typed = zip_longest(data.getlist(f"{name}_sku"), data.getlist(f"{name}_quantity"), fillvalue="")
        rows = [(sku.strip(), quantity.strip()) for sku, quantity in typed]
        return [row for row in rows if any(row)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_sku" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """What was typed, each row with its product where there is one, and some blank rows."""
        typed = value or []
        products = Product.objects.filter(sku__in=[sku for sku, _ in typed if "\0" not in sku])
        by_sku = {product.sku: product for product in products}
        rows = [Row(sku, quantity, by_sku.get(sku), self.agreed.get(sku)) for sku, quantity in typed]
        return {
            "rows": [*rows, *[Row()] * BLANK_ROWS],
            "currency": settings.OMS_CURRENCY,
            "before": self.before,
            **super().get_context(name, value, attrs),
        }


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
