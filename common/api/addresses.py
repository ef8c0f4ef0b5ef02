"""Postal addresses as they go in and out of the API, the same wherever there is one."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from common.addresses import Address
from common.api.fields import InputSerializer, StrictCharField
from common.countries import COUNTRIES

HOME: Mapping[str, Any] = {
    "name": "Ada Lovelace",
    "company": "",
    "line1": "12 St James's Square",
    "line2": "",
    "postal_code": "SW1Y 4JH",
    "city": "London",
    "region": "",
    "country": "GB",
    "phone": "+44 20 7946 0000",
}


class CountryField(serializers.ChoiceField):
    """A country by its two letters of ISO 3166-1, in capitals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=list(COUNTRIES), **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return str(super().to_internal_value(data))


class AddressChange(InputSerializer):
    """What is to be different of an address."""

    example: ClassVar[Mapping[str, Any]] = {"line2": "Second floor"}

    name = StrictCharField(required=False)
    company = StrictCharField(required=False, allow_blank=True)
    line1 = StrictCharField(required=False)
    line2 = StrictCharField(required=False, allow_blank=True)
    postal_code = StrictCharField(required=False, allow_blank=True)
    city = StrictCharField(required=False)
    region = StrictCharField(required=False, allow_blank=True)
    country = CountryField(required=False)
    phone = StrictCharField(required=False, allow_blank=True)


class AddressInput(AddressChange):
    """An address. That there is a name, a line, a city and a country is all that is looked at."""

    example = HOME

    name = StrictCharField()
    line1 = StrictCharField()
    city = StrictCharField()
    country = CountryField()

    def validate(self, attrs: dict[str, Any]) -> Address:
        return Address(**attrs)


class AddressSerializer(serializers.Serializer[Any]):
    """An address; what was not given is an empty text."""

    name = serializers.CharField()
    company = serializers.CharField(allow_blank=True)
    line1 = serializers.CharField()
    line2 = serializers.CharField(allow_blank=True)
    postal_code = serializers.CharField(allow_blank=True)
    city = serializers.CharField()
    region = serializers.CharField(allow_blank=True)
    country = serializers.CharField(min_length=2, max_length=2)
    phone = serializers.CharField(allow_blank=True)
