"""Pages by key instead of by number: the last page of a million rows costs what the first costs.

DRF's own CursorPagination does not end when many rows share a timestamp, hence this one.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.ordering import in_order

DEFAULT_LIMIT, MOST_LIMIT = 50, 200


class KeysetPagination(BasePagination):
    """`{results, next, previous}`, ordered by id, created_at or updated_at, either way, ties broken by id."""

    unique: ClassVar[str] = "id"
    is_indexed: ClassVar[bool] = False  # whether an index has the rows of such a list, and no others, in its order
    orderings: ClassVar = tuple(sign + name for name in ("id", "created_at", "updated_at") for sign in ("", "-"))
    parameters: ClassVar = frozenset({"limit", "cursor", "ordering"})

    def paginate_queryset(  # type: ignore[override]  # only querysets have keys
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.request = request
        self.limit = _limit(request)
        self.ordering = self._ordering(request, view)
        self.field = self.ordering.lstrip("-")
        self.digest = _digest(self.ordering, request)
        self.backwards, after = self._read_cursor(request.query_params.get("cursor"))

        descending = self.ordering.startswith("-") != self.backwards
        rows = list(self._page(queryset, descending, after))

        more, rows = len(rows) > self.limit, rows[: self.limit]
        self.has_next = bool(rows) and (more or self.backwards)
        self.has_previous = bool(rows) and (after is not None and (more or not self.backwards))
        self.page = rows[::-1] if self.backwards else rows
        return self.page

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "results": data,
                "next": self._link(self.page[-1], backwards=False) if self.has_next else None,
                "previous": self._link(self.page[0], backwards=True) if self.has_previous else None,
            }
        )

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {"name": name, "in": "query", "description": description, "schema": schema}
            for name, description, schema in (
                (
                    "limit",
                    "How many records a page holds at most.",
                    {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": DEFAULT_LIMIT},
                ),
                (
                    "ordering",
                    "With a leading `-`, the greatest comes first; ties are broken by id.",
                    {"type": "string", "enum": list(self.orderings), "default": view.default_ordering},
                ),
                (
                    "cursor",
                    "Where the page begins; part of `next` and `previous`, which are followed as they are.",
                    {"type": "string", "minLength": 1},
                ),
            )
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "description": "Follow `next` and `previous` as they are until they are null.",
            "properties": {"results": schema, "next": link, "previous": link},
            "required": ["results", "next", "previous"],
        }

    def _page(self, rows: QuerySet[Any], descending: bool, after: tuple[Any, int] | None) -> QuerySet[Any]:
        """The page and one row more. Of filtered rows the ids are found first: often an index alone can tell them."""
        sign = "-" if descending else ""
        names = [sign + name for name in dict.fromkeys((self.field, self.unique))]
        is_whole = self.is_indexed or not rows.query.where
        ordered = rows.order_by(*names) if is_whole else in_order(rows, *names)
        if after is not None:
            ordered = ordered.filter(self._beyond(after, descending))
        page = ordered[: self.limit + 1]
        return page if is_whole else rows.filter(pk__in=page.values("pk")).order_by(*names)

    def _link(self, row: Model, *, backwards: bool) -> str:
        value = getattr(row, self.field)
        key = value.isoformat() if isinstance(value, datetime) else value
        text = json.dumps([self.digest, backwards, key, getattr(row, self.unique)], separators=(",", ":"))
        parameters = self.request.query_params.copy()
        parameters["cursor"] = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        return self.request.build_absolute_uri("?" + parameters.urlencode())

    def _read_cursor(self, cursor: str | None) -> tuple[bool, tuple[Any, int] | None]:
        if cursor is None:
            return False, None
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True)
            digest, backwards, key, unique = json.loads(text)
            value = key if self.field == self.unique else _instant(key)
            usable = type(unique) is int and type(backwards) is bool and type(value) in (int, datetime)
        except (binascii.Error, ValueError, TypeError, RecursionError):
            usable = False
        if not usable:
            raise ValidationError({"cursor": ["This is not a cursor of ours."]})
        if digest != self.digest:
            raise ValidationError({"cursor": ["This cursor belongs to another list, ordering or filter."]})
        return backwards, (value, unique)

    def _beyond(self, after: tuple[Any, int], descending: bool) -> Q:
        """Rows past the given one, written as `field >= x AND (…)` so that one index range serves it."""
        value, unique = after
        side = "lt" if descending else "gt"
        past_tie = Q(**{f"{self.unique}__{side}": unique})
        if self.field == self.unique:
            return past_tie
        return Q(**{f"{self.field}__{side}e": value}) & (Q(**{f"{self.field}__{side}": value}) | past_tie)

    def _ordering(self, request: Request, view: Any) -> str:
        chosen: str = request.query_params.get("ordering", view.default_ordering)
        if chosen not in self.orderings:
            raise ValidationError({"ordering": [f"One of {', '.join(self.orderings)}."]})
        return chosen


class IdPagination(KeysetPagination):
    """Records that come about one after the other and have no times of their own to be sorted by."""

    is_indexed = True
    orderings = ("id", "-id")


class VersionPagination(KeysetPagination):
    """The events of one aggregate, in the order in which they happened to it."""

    unique = "version"
    is_indexed = True
    orderings = ("version", "-version")


class SequencePagination(KeysetPagination):
    """The ledger of one product, in the order in which its stock moved."""

    unique = "sequence"
    is_indexed = True
    orderings = ("sequence", "-sequence")


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST_LIMIT):
        raise ValidationError({"limit": [f"A number from 1 to {MOST_LIMIT}."]})
    return int(text)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("a time without its zone")
    return instant


def _digest(ordering: str, request: Request) -> str:
    """Ties a cursor to its list, ordering and filters; the size of the page may change."""
    parameters: Mapping[str, Any] = request.query_params
    filters = sorted((name, parameters[name]) for name in parameters if name not in KeysetPagination.parameters)
    walk = [("list", request.path), ("ordering", ordering), *filters]
    return hashlib.sha256(urlencode(walk).encode()).hexdigest()[:16]
