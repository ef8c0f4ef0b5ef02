"""Tokens as they go in and out of the API, and who the caller is."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.models import ApiToken, User
from common.api.fields import InputSerializer, StrictCharField, StrictInstantField, StrictListField

MOST_NAME = 100
MOST_SCOPES = 100


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    class Meta:
        model = ApiToken
        fields: ClassVar = (
            "id name scopes created_at created_by expires_at revoked_at revoked_by last_used_at"
        ).split()


class SecretTokenSerializer(TokenSerializer):
    """A token with its secret; null where that was shown before, and in a rehearsal."""

    secret = serializers.CharField(allow_null=True)

    class Meta(TokenSerializer.Meta):
        fields: ClassVar = [*TokenSerializer.Meta.fields, "secret"]


class NewToken(InputSerializer):
    name = StrictCharField(max_length=MOST_NAME)
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
    user = UserSerializer()
    token = OwnTokenSerializer(allow_null=True)
    roles = serializers.ListField(child=serializers.CharField())
    permissions = serializers.ListField(child=serializers.CharField())
