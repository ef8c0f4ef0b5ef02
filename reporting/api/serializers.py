"""What reports look like in the OpenAPI document: each answer is described by the columns of its report."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from rest_framework import serializers

from common.exports.columns import Column, Kind
from reporting.definitions import Parameter, Report
from reporting.reports import REPORTS

Field = Callable[..., serializers.Field[Any, Any, Any, Any]]

# By kind, what a value is in JSON. Sums may exceed a bigint: integers have no bounds.
FIELDS: Mapping[Kind, Field] = {
    Kind.TEXT: partial(serializers.CharField, allow_blank=True),
    Kind.INTEGER: serializers.IntegerField,
    Kind.CENTS: serializers.IntegerField,
    Kind.DECIMAL: serializers.FloatField,
    Kind.SECONDS: serializers.IntegerField,
    Kind.DATE: serializers.DateField,
    Kind.MOMENT: serializers.DateTimeField,
}
EXAMPLES: Mapping[Kind, Any] = {
    Kind.TEXT: "text",
    Kind.INTEGER: 3,
    Kind.CENTS: 14_700,
    Kind.DECIMAL: 12.5,
    Kind.SECONDS: 93_784,
    Kind.DATE: "2026-01-31",
    Kind.MOMENT: "2026-01-31T12:00:00+01:00",
}
NAMED_EXAMPLES = {"period": "2026-01-31", "sku": "LAMP-1", "name": "Lamp", "email": "ada@example.com"}


class ColumnSerializer(serializers.Serializer[Column]):
    """`kind` is text, integer, cents, decimal, seconds, date or moment; `label` is a heading for people."""

    name = serializers.CharField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not DRF's attribute


class ParameterSerializer(serializers.Serializer[Parameter]):
    """Something that may be asked of a report, as a parameter of its address."""

    name = serializers.CharField()
    meaning = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())
    required = serializers.BooleanField()  # type: ignore[assignment]  # a field, not DRF's attribute


class ReportSerializer(serializers.Serializer[Report]):
    """A report that the caller may see."""

    name = serializers.CharField()
    description = serializers.CharField()
    parameters = ParameterSerializer(many=True)
    columns = ColumnSerializer(many=True)


def as_row(column: Column) -> dict[str, str]:
    return {"name": column.name, "kind": column.kind.value, "label": column.label}


class ReportsSerializer(serializers.Serializer[Any]):
    example: ClassVar = {
        "results": [
            {
                "name": "sales",
                "description": "Orders, units and their value.",
                "parameters": [
                    {"name": "from", "meaning": "the first day that counts", "choices": [], "required": False}
                ],
                "columns": [as_row(Column("net_cents", Kind.CENTS))],
            }
        ]
    }

    results = ReportSerializer(many=True)


class MetaSerializer(serializers.Serializer[Any]):
    """What was asked, and of which moment of the data. `range` says in words what counts."""

    report = serializers.CharField()
    tz = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    product = serializers.CharField(allow_null=True)
    limit = serializers.IntegerField(allow_null=True)
    range = serializers.CharField()
    currency = serializers.CharField()
    as_of = serializers.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        days = {name: serializers.DateField(allow_null=True) for name in ("from", "to")}  # `from` is a word of Python
        return {**super().get_fields(), **days}


def _answer_serializer(report: Report) -> type[serializers.Serializer[Any]]:
    words = report.name.title().replace("-", "")
    fields = {column.name: FIELDS[column.kind](allow_null=column.optional) for column in report.columns}
    row: Any = type(f"{words}Row", (serializers.Serializer,), fields)
    made: Any = type(
        f"{words}Report",
        (serializers.Serializer,),
        {
            "__doc__": report.description,
            "example": _example(report),
            "meta": MetaSerializer(),
            "columns": ColumnSerializer(many=True),
            "rows": row(many=True),
        },
    )
    return made  # type: ignore[no-any-return]


def _example(report: Report) -> dict[str, Any]:
    asked = {"from": "2026-01-01", "to": "2026-02-01"} if report.takes("from") else {"from": None, "to": None}
    return {
        "meta": {
            "report": report.name,
            **asked,
            "tz": "Europe/Berlin",
            "by": report.steps if report.takes("by") else None,
            "at": None,
            "product": "LAMP-1" if report.takes("product") else None,
            "limit": None,
            "range": "2026-01-01 up to, but not including, 2026-02-01 (31 days), days in Europe/Berlin",
            "currency": "EUR",
            "as_of": "2026-02-01T08:15:00+00:00",
        },
        "columns": [as_row(column) for column in report.columns],
        "rows": [{column.name: NAMED_EXAMPLES.get(column.name, EXAMPLES[column.kind]) for column in report.columns}],
    }


ANSWERS = {name: _answer_serializer(report) for name, report in REPORTS.items()}
