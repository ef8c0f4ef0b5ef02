"""Forms of acts: what the person fills in, and unseen the key and the version that make it safe."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from common.api.fields import MOST_CENTS, MOST_TEXT, has_controls
from common.errors import DomainError, FieldError
from common.money import in_units

MOST_VERSION = 2**31 - 1


class Text(forms.CharField):
    """A line of text, trimmed; control characters have no place in it."""

    allowed_controls = ""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MOST_TEXT)
        super().__init__(**kwargs)

    def validate(self, value: str) -> None:
        super().validate(value)
        if has_controls(value, allowed=self.allowed_controls):
            raise ValidationError("Control characters are not allowed.", code="control")


class LongText(Text):
    """Text of several lines."""

    widget = forms.Textarea(attrs={"rows": 3})
    allowed_controls = "\t\n\r"


class Money(forms.DecimalField):
    """An amount typed in units (12.50) that becomes cents (1250), exactly."""

    def __init__(self, **kwargs: Any) -> None:
        bounds = {"min_value": 0, "max_value": MOST_CENTS // 100, "decimal_places": 2, "max_digits": 15}
        super().__init__(**{"help_text": f"In {settings.OMS_CURRENCY}, such as 12.50", **bounds, **kwargs})

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        return None if amount is None else int(amount * 100)

    def prepare_value(self, value: Any) -> Any:
        return in_units(value) if isinstance(value, int) else value


class PartsWidget(forms.Widget):
    """An input for each part of a value."""

    parts: ClassVar[tuple[str, ...]]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        return {part: data.get(f"{name}_{part}", "").strip() for part in self.parts}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return all(f"{name}_{part}" not in data for part in self.parts)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_{self.parts[0]}" if id_ else ""

    def as_sent(self, name: str, value: Mapping[str, str] | None) -> dict[str, str]:
        """What a browser would send of the value."""
        return {f"{name}_{part}": (value or {}).get(part, "") for part in self.parts}


class CreationForm(forms.Form):
    """A form that does its act once, however often it is sent: the key is made with the page."""

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def fields_given(self) -> dict[str, Any]:
        """What the service is called with."""
        return {name: value for name, value in self.cleaned_data.items() if name != "idempotency_key"}

    def replace(self, values: Mapping[str, Any]) -> None:
        """Show other values than those that were sent, when the page comes back."""
        self.data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, and as sent it is immutable
        for name, value in values.items():
            widget = self.fields[name].widget
            sent = widget.as_sent(name, value) if isinstance(widget, PartsWidget) else {name: value}
            for key, text in sent.items():
                self.data[key] = text  # type: ignore[index]

    def renew_key(self) -> None:
        self.replace({"idempotency_key": str(uuid.uuid4())})

    def refuse(self, error: DomainError) -> None:
        """Put a refusal where it belongs: at its fields, else at the top; short products one by one."""
        for fault in error.errors:
            field, words = self._place(fault)
            self.add_error(field, words)
        short = error.facts.get("items", ())
        for item in short:
            self.add_error(None, f"{item['sku']}: {item['requested']} asked for, {item['available']} available.")
        if not error.errors and not short:
            self.add_error(None, error.detail)

    def _place(self, fault: FieldError) -> tuple[str | None, str]:
        name, *rest = fault.pointer.strip("/").split("/")
        line = f"Line {int(rest[0]) + 1}: " if rest and rest[0].isdigit() else ""
        return (name if name in self.fields else None), line + fault.detail


class ActForm(CreationForm):
    """A form upon a record, which carries the version of it that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_VERSION)

    def fields_given(self) -> dict[str, Any]:
        fields = super().fields_given()
        fields["expected_version"] = fields.pop("version")
        return fields

    def catch_up(self, version: int, changes: Mapping[str, tuple[Any, Any]]) -> None:
        """Go on from a newer version: what others changed is taken over, unless the person typed there too."""
        taken = {}
        for name, (old, new) in changes.items():
            field = self.fields.get(name)
            if field is not None and field.prepare_value(self.cleaned_data.get(name)) == field.prepare_value(old):
                taken[name] = field.prepare_value(new)
        self.replace({"version": str(version), **taken})
