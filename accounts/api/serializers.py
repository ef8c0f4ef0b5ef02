"""Tokens as they go in and out of the API, and who the caller is."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.models import ApiToken, User
from accounts.services import MOST_OF_A_TOKEN
from common.api.fields import InputSerializer, StrictCharField, StrictInstantField, StrictListField

MOST_SCOPES = 100


TOKEN: dict[str, Any] = {
    "id": 12,
    "name": "web shop",
    "scopes": ["orders.place_order", "read"],
    "created_at": "2026-01-31T12:00:00Z",
    "created_by": "user:3",
    "expires_at": "2027-01-31T00:00:00Z",
    "revoked_at": None,
    "revoked_by": "",
    "last_used_at": "2026-02-01T08:15:00Z",
}


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    example: ClassVar = TOKEN

    class Meta:
        model = ApiToken
        fields: ClassVar = (
            "id name scopes created_at created_by expires_at revoked_at revoked_by last_used_at"
        ).split()


class SecretTokenSerializer(TokenSerializer):
    """A token with its secret; null where that was shown before, and in a rehearsal."""

    example: ClassVar = {**TOKEN, "last_used_at": None, "secret": "oms_3q2-7wF0d8b1nT5sKx9LhY4uVjPzRcEa6mGiQoWt0Bk"}
    secret = serializers.CharField(allow_null=True)

    class Meta(TokenSerializer.Meta):
        fields: ClassVar = [*TokenSerializer.Meta.fields, "secret"]


class NewToken(InputSerializer):
    example: ClassVar = {name: TOKEN[name] for name in ("name", "scopes", "expires_at")}
    name = StrictCharField(max_length=MOST_OF_A_TOKEN)
    scopes = StrictListField(child=StrictCharField(), required=False, max_length=MOST_SCOPES)
    expires_at = StrictInstantField(required=False, allow_null=True)


class UserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields: ClassVar = ("id", "username", "is_service")


class OwnTokenSerializer(serializers.ModelSerializer[ApiToken]):
    class Meta:
        model = ApiToken
        fields: ClassVar = ("id", "name", "scopes", "expires_at")


class MeSerializer(serializers.Serializer[Any]):
    example: ClassVar = {
        "user": {"id": 7, "username": "web-shop", "is_service": True},
        "token": {name: TOKEN[name] for name in ("id", "name", "scopes", "expires_at")},
        "roles": ["sales"],
        "permissions": ["orders.place_order", "orders.view_order"],
    }
    user = UserSerializer()
    token = OwnTokenSerializer(allow_null=True)
    roles = serializers.ListField(child=serializers.CharField())
    permissions = serializers.ListField(child=serializers.CharField())
