"""Filters whose values are taken as strictly as a body's."""

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.utils.dateparse import parse_datetime

MOST_SEARCHED = 255


class InstantField(forms.CharField):
    """RFC 3339 with its zone: a time without one could be anybody's."""

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            instant = parse_datetime(text.replace(" ", "+"))
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            raise forms.ValidationError("A time with its zone, as 2026-01-31T12:00:00Z.", code="invalid")
        return instant


class InstantFilter(django_filters.Filter):
    field_class = InstantField


class WholeNumberField(forms.IntegerField):
    """An integer that a bigint column can hold."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=2**63 - 1, **kwargs)


class WholeNumberFilter(django_filters.Filter):
    field_class = WholeNumberField


class TextFilter(django_filters.CharFilter):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MOST_SEARCHED, **kwargs)
