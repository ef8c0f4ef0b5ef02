"""A postal address: of whom, where, in which country. Nothing is known here of how any country's post works."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import ClassVar

from django.db.models import BooleanField, Func, Q

from common.countries import COUNTRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to send something. `country` is a code of ISO 3166-1; what is not given is an empty text."""

    REQUIRED: ClassVar = ("name", "line1", "city", "country")

    name: str
    company: str = ""
    line1: str
    line2: str = ""
    postal_code: str = ""
    city: str
    region: str = ""
    country: str
    phone: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


FIELDS = tuple(field.name for field in fields(Address))


def lines_of(address: Mapping[str, str]) -> list[str]:
    """An address line by line, from the name to the phone number."""
    first = [address.get(name, "") for name in ("name", "company", "line1", "line2")]
    place = f"{address.get('postal_code', '')} {address.get('city', '')}".strip()
    last = [address.get("region", ""), COUNTRIES.get(address.get("country", ""), ""), address.get("phone", "")]
    return [line for line in (*first, place, *last) if line]


def in_one_line(address: Mapping[str, str]) -> str:
    return ", ".join(lines_of(address))


class IsAddress(Func):
    """Whether a jsonb column holds what every address has; unlike a path that meets no such thing, never null."""

    template = """(%(expressions)s @@ 'strict $.name like_regex "." && $.line1 like_regex "."
                   && $.city like_regex "." && $.country like_regex "^[A-Z]{2}$"') IS TRUE"""
    output_field = BooleanField()


def is_address_or_null(column: str) -> Q:
    """The condition of a CHECK upon a jsonb column that may hold an address."""
    return Q(**{f"{column}__isnull": True}) | Q(IsAddress(column))
