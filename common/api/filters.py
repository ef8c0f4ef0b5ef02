"""Filters whose values are taken as strictly as a body's."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import django_filters
from django import forms
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ValidationError

from common.api.fields import INSTANT, MOST_ID, MOST_TEXT, one_of

MOST_SEARCHED = 100
UPDATED_SINCE = "Changed at this moment or later; ask with some minutes of overlap, as a change may commit late."
WHOLE_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)


class InstantField(forms.CharField):
    """RFC 3339 with its zone: a time without one could be anybody's."""

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value).upper()
        if not text:
            return None
        try:
            # A plus that was not escaped arrives as a space.
            instant = parse_datetime(text[:11] + text[11:].replace(" ", "+")) if INSTANT.fullmatch(text) else None
        except ValueError:
            instant = None
        if instant is None:
            raise forms.ValidationError("A time with its zone, as 2026-01-31T12:00:00Z.", code="invalid")
        return instant


def instant(parameters: Mapping[str, str], name: str) -> datetime | None:
    """The time that a parameter of an address names, if it is there. Raises ValidationError."""
    try:
        return InstantField(required=False).clean(parameters.get(name, ""))
    except forms.ValidationError as error:
        raise ValidationError({name: error.messages}) from None


class InstantFilter(django_filters.Filter):
    schema: ClassVar = {"type": "string", "format": "date-time"}
    field_class = InstantField


class WholeNumberField(forms.CharField):
    """An integer that a bigint column can hold, in plain digits."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        if not WHOLE_NUMBER.fullmatch(text) or int(text) > MOST_ID:
            raise forms.ValidationError("A whole number.", code="invalid")
        return int(text)


class WholeNumberFilter(django_filters.Filter):
    schema: ClassVar = {"type": "integer", "minimum": 0, "maximum": MOST_ID}
    field_class = WholeNumberField


class YesNoField(forms.CharField):
    """true or false; Django's own field takes anything else for "not asked"."""

    ANSWERS: ClassVar = {"": None, "true": True, "false": False}

    def clean(self, value: Any) -> bool | None:
        text = super().clean(value)
        if text not in self.ANSWERS:
            raise forms.ValidationError("true or false.", code="invalid")
        return self.ANSWERS[text]


class YesNoFilter(django_filters.Filter):
    schema: ClassVar = {"type": "boolean"}
    field_class = YesNoField


class ChoicesField(forms.MultipleChoiceField):
    """Several of a list of choices, separated by commas."""

    def to_python(self, value: Any) -> list[str]:
        return value.split(",") if value else []


class ChoiceFilter(django_filters.ChoiceFilter):
    def __init__(self, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        values = [value for value, _ in choices]
        super().__init__(choices=choices, error_messages={"invalid_choice": one_of(values)}, **kwargs)
        self.schema = {"type": "string", "enum": values}


class ChoicesFilter(django_filters.Filter):
    field_class = ChoicesField

    def __init__(self, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        values = [value for value, _ in choices]
        wrong = {"invalid_choice": one_of(values)}
        super().__init__(lookup_expr="in", widget=forms.TextInput, choices=choices, error_messages=wrong, **kwargs)
        self.schema = {"type": "array", "items": {"type": "string", "enum": values}, "minItems": 1}


class TextFilter(django_filters.CharFilter):
    schema: ClassVar = {"type": "string", "minLength": 1, "maxLength": MOST_TEXT}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MOST_TEXT, **kwargs)


class SearchFilter(django_filters.CharFilter):
    """What people type into a search box; what it means is up to the queryset's `search`."""

    schema: ClassVar = {"type": "string", "minLength": 1, "maxLength": MOST_SEARCHED}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MOST_SEARCHED, **kwargs)

    def filter(self, qs: Any, value: str) -> Any:
        return qs.search(value) if value else qs
