"""The OpenAPI document, made from what the viewsets declare: it says what they do, and nothing has to be said twice.

Runs when the document is made, never on a request.
"""

from collections.abc import Iterator
from typing import Any

import uritemplate
from drf_spectacular import openapi

from common.api import answers, components
from common.api.bulk import ItemField, Results
from common.api.fields import MOST_TEXT, InputSerializer, StrictCharField, StrictListField, StrictUrlField
from common.api.permissions import OWN

VERBS = {"list": "list", "retrieve": "retrieve", "create": "create", "partial_update": "update"}
CREATED = "Created. With `Prefer: return=minimal`, the body is left out."
SECURITY: list[dict[str, Any]] = [{"token": []}, {"session": []}]
ID: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": MOST_TEXT}
# A line of text, or several, without control characters.
LINE = r"^[^\u0000-\u001f\u007f-\u009f]*$"
LINES = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"

Schema = dict[str, Any]


class AutoSchema(openapi.AutoSchema):
    """Describes one call of one of our viewsets."""

    view: Any

    # What kind of call it is

    @property
    def action(self) -> str:
        return str(self.view.action)

    @property
    def changes(self) -> bool:
        return self.method != "GET"

    @property
    def is_bulk(self) -> bool:
        return issubclass(self.view.outputs.get(self.action, object), Results)

    @property
    def statuses(self) -> tuple[int, ...]:
        return tuple(self.view.statuses.get(self.action, (200,)))

    @property
    def is_tagged(self) -> bool:
        return self.action in self.view.tagged_actions

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.action in self.view.list_actions

    # What it is called

    def get_operation_id(self) -> str:
        words = [word.replace("-", "_") for word in self._tokenize_path()]
        verb = VERBS.get(self.action.partition("_by_")[0])
        return "_".join([*words, verb] if verb else words)

    def get_summary(self) -> str:
        """The first line of the action's docstring."""
        return self._docstring()[0].removesuffix(".")

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """The rest of it, and who may."""
        permission = self.view.permissions[self.action]
        needed = f"Needs the permission `{permission}`." if permission != OWN else "Needs no permission of its own."
        return f"{self._docstring()[2].strip()}\n\n{needed}".strip()

    def _docstring(self) -> tuple[str, str, str]:
        own = self.view.docs.get(self.action)
        text = own or str(super().get_description()).replace("records", self._tokenize_path()[-1])
        return text.partition("\n")

    def get_auth(self) -> list[Schema]:
        return SECURITY

    # What it takes

    def get_request_serializer(self) -> Any:
        return self.view.inputs.get(self.action)

    def _get_parameters(self) -> list[Schema]:
        return [*self._path_parameters(), *self._query_parameters(), *map(components.parameter, self._shared())]

    def _path_parameters(self) -> Iterator[Schema]:
        for name in uritemplate.variables(self.path):
            schema = TEXT if name == "sku" else ID
            yield {"name": name, "in": "path", "required": True, "schema": schema}

    def _query_parameters(self) -> Iterator[Schema]:
        for name, own in self.view.parameters.get(self.action, {}).items():
            yield {"name": name, "in": "query", **own}
        if self._is_list_view():
            filters = self.view.filterset_class.base_filters if self.view.filterset_class else {}
            for name, each in filters.items():
                yield {"name": name, "in": "query", **describe_filter(each)}
            yield from self.view.pagination_class().get_schema_operation_parameters(self.view)

    def _shared(self) -> Iterator[str]:
        """The names of the shared parameters that it takes."""
        if self.changes:
            yield from ("DryRun", "IdempotencyKey")
            if not self.is_bulk and "{" in self.path:
                yield "IfMatch"
            if not self.is_bulk and self.statuses == (200,):
                yield "Prefer"  # OpenAPI cannot say that a 201 may be without its body: its description does
        elif self.is_tagged:
            yield "IfNoneMatch"
        yield "RequestId"

    # What it answers

    def get_response_serializers(self) -> Any:
        output = self.view.outputs.get(self.action) or self._get_serializer().__class__
        return dict.fromkeys(self.statuses, output)

    def _get_response_bodies(self, direction: Any = "response") -> Schema:
        bodies: Schema = super()._get_response_bodies(direction)
        for status, body in bodies.items():
            body["description"] = CREATED if status == "201" else "Done." if self.changes else "Found."
        if self.changes and not self.is_bulk and self.statuses == (200,):
            bodies["204"] = {
                "description": "Done; the body was left out, as asked for with Prefer.",
                "headers": components.headers("Preference-Applied", *self._headers()),
            }
        if files := dict(self._files()):
            bodies["200"]["content"] |= files
        if self.is_tagged:
            bodies["304"] = {
                "description": "You have the current state already.",
                "headers": components.headers("ETag", *components.RATES),
            }
        return bodies | {str(status): components.problem(status) for status in sorted(self._refusals())}

    def _files(self) -> Iterator[tuple[str, Schema]]:
        for media_type, example in self.view.files.get(self.action, {}).items():
            yield media_type, {"schema": {"type": "string"}, "examples": {"example": {"value": example}}}

    def _refusals(self) -> set[int]:
        """The statuses of the problems that it may meet; an unknown method (405) is no call of ours."""
        statuses = {400, 401, 403, 406, 429, 503}
        if "{" in self.path and not (self.changes and "{sku}" in self.path):  # there, a new record is made
            statuses.add(404)
        if self.changes:
            statuses |= {413, 415}
        if self.changes and not self.is_bulk:
            statuses |= {409, 422, *([412] if "{" in self.path else [])}
        return statuses

    def _headers(self) -> tuple[str, ...]:
        one = self.is_tagged or (self.changes and not self.is_bulk)
        return (
            *(("ETag",) if one else ()),
            *(("Location",) if self.action in self.view.located_actions else ()),
            *(("Idempotency-Replayed",) if self.changes and one else ()),
            *components.RATES,
        )

    def _get_response_headers_for_code(self, status_code: str, direction: Any = "response") -> Schema:
        return components.headers(*self._headers())

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}Page"

    def _get_examples(
        self, serializer: Any, direction: Any, media_type: str, status_code: str | None = None, extras: Any = None
    ) -> Schema:
        example = getattr(serializer, "example", None)
        if example is None:
            return {}
        if direction == "response" and self._is_list_view():
            example = {"results": [example], "next": None, "previous": None}
        return {"example": {"value": example}}

    # What its bodies are made of

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> Schema:
        schema: Schema = super()._map_serializer(serializer, direction, bypass_extensions)
        if isinstance(serializer, InputSerializer):
            schema["additionalProperties"] = False
            for name, property_ in schema["properties"].items():
                property_.update(describe_strictness(serializer.fields[name]))
            if serializer.one_of:
                schema["oneOf"] = [{"required": sorted(names)} for names in serializer.one_of]
            return schema
        optional = getattr(serializer, "optional", ())
        schema["required"] = [name for name in schema["properties"] if name not in optional]
        for property_ in schema["properties"].values():
            property_.pop("readOnly", None)
        return schema

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        if isinstance(field, ItemField):
            return self.resolve_serializer(field.serializer, direction).ref
        return super()._map_serializer_field(field, direction, bypass_extensions)

    def get_serializer_identity(self, serializer: Any, direction: Any) -> Any:
        """Two that show a model under one name are the same."""
        meta = getattr(serializer, "Meta", None)
        return super().get_serializer_identity(serializer, direction) if meta is None else meta.model


def describe_strictness(field: Any) -> Schema:
    """What our fields refuse besides what DRF's do."""
    if isinstance(field, StrictUrlField):
        return {"pattern": field.pattern}
    if isinstance(field, StrictCharField):
        return {"pattern": LINES if field.allowed_controls else LINE}
    if isinstance(field, StrictListField) and not field.allow_empty:
        return {"minItems": 1}
    return {}


def describe_filter(each: Any) -> Schema:
    """A filter of a list as a parameter of its address."""
    described: Schema = {"schema": each.schema}
    if each.schema["type"] == "array":
        described["explode"] = False
    return described | ({"description": str(each.label)} if each.label else {})


def complete(result: Schema, **kwargs: Any) -> Schema:
    """drf-spectacular's hook: put in what calls refer to."""
    for kind, entries in components.shared().items():
        result["components"].setdefault(kind, {}).update(entries)
    result["components"]["schemas"]["Problem"]["properties"]["code"] = {"type": "string", "enum": answers.codes()}
    return result
