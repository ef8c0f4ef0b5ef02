"""A postal address as a person types it: a field each for its parts, taken together as one."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.addresses import FIELDS, Address
from common.admin.forms import PartsWidget
from common.api.fields import MOST_TEXT, has_controls
from common.countries import COUNTRIES

LABELS = {"line1": "Street", "line2": "Street, continued"}
BY_NAME = sorted(COUNTRIES.items(), key=lambda item: item[1])


def label_of(part: str) -> str:
    return LABELS.get(part, part.replace("_", " ").capitalize())


class AddressWidget(PartsWidget):
    """An input for each part of an address, and a list of the countries."""

    template_name = "admin/address.html"
    parts = FIELDS

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        parts = value.as_json() if isinstance(value, Address) else value or {}
        choices = {"country": BY_NAME}
        shown = [(part, label_of(part), parts.get(part, ""), choices.get(part)) for part in FIELDS]
        return {"parts": shown, **super().get_context(name, value, attrs)}


class AddressField(forms.Field):
    """An Address, or None where every part is left blank and none is required."""

    widget = AddressWidget

    def to_python(self, value: Any) -> Address | None:
        parts: Mapping[str, str] = value or {}
        if not any(parts.values()):
            return None
        faults = [fault for part in FIELDS for fault in _faults(part, parts.get(part, ""))]
        if faults:
            raise ValidationError(faults)
        return Address(**parts)

    def prepare_value(self, value: Any) -> Any:
        return value.as_json() if isinstance(value, Address) else value


def _faults(part: str, text: str) -> list[str]:
    if part in Address.REQUIRED and not text:
        return [f"{label_of(part)}: This is needed."]
    if part == "country" and text not in COUNTRIES:
        return [f"{label_of(part)}: There is no such country."]
    if len(text) > MOST_TEXT or has_controls(text):
        return [f"{label_of(part)}: At most {MOST_TEXT} characters, and no control characters."]
    return []
