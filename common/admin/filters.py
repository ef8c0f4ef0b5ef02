"""Filters of a list that are typed, not chosen; what is typed stands in the address."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest


class FormFilter(ABC, admin.ListFilter):
    """Several fields that narrow a list together. What cannot be read finds nothing and says why at its field."""

    template = "admin/form_filter.html"
    form_class: ClassVar[type[forms.Form]]

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.form_class.declared_fields:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]
        self.form = self.form_class(self.used_parameters or None, auto_id="filter_%s")

    def expected_parameters(self) -> list[str | None]:
        return list(self.form_class.declared_fields)

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        """One: the form, with what else is in the address and shall stay there."""
        kept = {name: values for name, values in changelist.filter_params.items() if name not in self.form.fields}
        if changelist.query:
            kept["q"] = [changelist.query]
        yield {"form": self.form, "kept": kept, "selected": bool(self.used_parameters), "query_string": ""}

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if not self.used_parameters:
            return queryset
        return self.narrow(queryset, **self.form.cleaned_data) if self.form.is_valid() else queryset.none()

    @abstractmethod
    def narrow(self, queryset: Any, **given: Any) -> Any:
        """The rows that what was typed lets through; fields left empty are None or ''."""
