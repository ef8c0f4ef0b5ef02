"""Who the caller is, and their own tokens: /api/v1/me/ and /api/v1/tokens/."""

from dataclasses import replace
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.api.serializers import MeSerializer, NewToken, SecretTokenSerializer, TokenSerializer
from accounts.models import ApiToken, User
from accounts.scopes import within
from common.api import conditional
from common.api.fields import InputSerializer
from common.api.pagination import KeysetPagination
from common.api.permissions import OWN
from common.api.views import ViewSet
from common.idempotency import Answer


class TokenPagination(KeysetPagination):
    orderings = ("id", "-id", "created_at", "-created_at")


class MeViewSet(ViewSet):
    queryset = User.objects.all()
    serializer_class = MeSerializer
    subject = "user"
    permissions: ClassVar = {"show": OWN}

    def show(self, request: Request) -> Response:
        """Tell who you are.

        And all that you may do with what you call with.
        """
        user: Any = request.user
        token: Any = request.auth
        me = {
            "user": user,
            "token": token,
            "roles": user.groups.order_by("name").values_list("name", flat=True),
            "permissions": sorted(filter((token or user).has_perm, user.get_all_permissions())),
        }
        return Response(self.render(me))


class TokenViewSet(ViewSet):
    """The caller's own tokens; another's is not there."""

    queryset = ApiToken.objects.all()
    serializer_class = TokenSerializer
    pagination_class = TokenPagination
    subject = "token"
    permissions: ClassVar = {"list": OWN, "retrieve": OWN, "create": OWN, "destroy": OWN}
    inputs: ClassVar = {"create": NewToken, "destroy": InputSerializer}
    outputs: ClassVar = {"create": SecretTokenSerializer}

    def get_queryset(self) -> QuerySet[ApiToken]:
        user: Any = self.request.user
        return ApiToken.objects.filter(user=user)

    def etag(self, record: ApiToken) -> str:
        used = record.last_used_at
        return conditional.etag(record.version, None if used is None else int(used.timestamp()))

    def create(self, request: Request) -> HttpResponse:
        """Make a token of your own.

        Its secret is shown this once. A token can only make one that can do no more than itself, and lives no longer.
        """
        fields = self.read()
        return self.send(lambda: self._made(**fields))

    def destroy(self, request: Request, pk: str) -> HttpResponse:
        """Revoke a token.

        A narrowed one ends only what can do no more than itself.
        """
        self.read()
        token: ApiToken = self.get_object()
        by: Any = request.auth
        if by is not None and not within(token.scopes, by.scopes):
            raise PermissionDenied
        return self.perform(
            lambda: services.revoke_token(token.pk, actor=self.actor, expected_version=self.expected_version)
        )

    def _made(self, **fields: Any) -> Answer:
        """The kept answer says that there was a secret; the one that is sent says which, unless it is a rehearsal."""
        user: Any = self.request.user
        by: Any = self.request.auth
        token, secret = services.create_token(user, actor=self.actor, by=by, **fields)
        shown = {**self.render(token), "secret": None}
        kept = self.answer(token, 201, lambda _: shown)
        if self.is_dry_run():
            return kept
        return replace(kept, once=JSONRenderer().render({**shown, "secret": secret}).decode())
