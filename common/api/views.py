"""What every address of the API has in common: one way to read, one way to change."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.common import no_append_slash
from django_filters import FilterSet
from rest_framework.exceptions import UnsupportedMediaType, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from common import idempotency, transactions
from common.actors import Actor
from common.api import conditional
from common.api.exceptions import UnknownParameter
from common.api.pagination import KeysetPagination
from common.api.parsers import refuse_broken_query
from common.idempotency import Answer, Key

MOST_KEY = 255
ID = "[1-9][0-9]{0,17}"  # one way to write it: a leading zero would give a record several addresses


@cache
def shared(serializer: type[BaseSerializer[Any]]) -> BaseSerializer[Any]:
    """The one instance of a serializer class that reads or shows for every request.

    Made per request, as DRF's own views do it, its fields are built anew each time: a third of an order's cost.
    Validating and showing leave no trace in it, and it knows no request.
    """
    return serializer()


# An address without its slash is unknown: a redirect would lose the body of a POST.
@method_decorator(no_append_slash, name="dispatch")
class ViewSet(GenericViewSet[Any]):
    """A queryset, a serializer, a filterset, and one service call per act."""

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]  # noqa: RUF012 - as Django declares it
    permissions: ClassVar[Mapping[str, str]] = {}
    subject: ClassVar[str]  # the kind of thing its answers are about
    list_actions: ClassVar = frozenset({"list"})
    default_ordering = "-id"
    filterset_class: type[FilterSet] | None = None
    lookup_value_regex = ID

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        unknown = sorted(set(request.query_params) - self.known_parameters())
        if unknown:
            raise UnknownParameter(unknown)
        refuse_broken_query(request.META.get("QUERY_STRING", ""))
        unclear = [name for name, values in request.query_params.lists() if len(values) > 1 or not values[0]]
        if unclear:
            raise ValidationError({name: ["Give it once and with a value."] for name in unclear})

    def known_parameters(self) -> set[str]:
        if self.request.method not in ("GET", "HEAD", "OPTIONS"):
            return {"dry_run"}
        if self.action not in self.list_actions:
            return set()
        filters = self.filterset_class.base_filters if self.filterset_class else ()
        return {*filters, *KeysetPagination.parameters}

    @property
    def actor(self) -> Actor:
        principal: Any = self.request.auth or self.request.user
        return Actor(principal.actor_name, self.request.META.get("oms.request_id"))

    @property
    def expected_version(self) -> int | None:
        return conditional.expected_version(self.request)

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        assert self.paginator is not None
        return self.paginator.get_paginated_response([self.render(record) for record in page or ()])

    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        record = self.get_object()
        tag = self.etag(record)
        if conditional.is_known(request, tag):
            return HttpResponse(status=304, headers={"ETag": tag})
        return Response(self.render(record), headers={"ETag": tag})

    def etag(self, record: Any) -> str:
        return conditional.etag(record.version)

    def read(self, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The body of the request, checked; an absent body counts as an empty one."""
        if (self.request.content_type or "").startswith("multipart/"):
            raise UnsupportedMediaType("multipart/form-data")  # where CSRF is checked it was read already
        values: dict[str, Any] = shared(serializer).run_validation(self.request.data)  # type: ignore[arg-type]  # hashable it is
        return values

    def perform(
        self,
        act: Callable[[], Any],
        *,
        status: int = 200,
        render: Callable[[Any], Mapping[str, Any]] | None = None,
    ) -> HttpResponse:
        """Do one act in one transaction, exactly once per Idempotency-Key, and answer with its record.

        `render` makes the body of what the act returned; without it, it is the view's own serializer.
        """
        answer = transactions.run(
            lambda: self.answer(act(), status, render or self.render),
            key=self._key(),
            dry_run=self._is_dry_run(),
        )
        response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
        if "return=minimal" in self.request.headers.get("Prefer", ""):  # RFC 7240, section 4.2
            response = HttpResponse(status=204 if answer.status == 200 else answer.status)
            response["Preference-Applied"] = "return=minimal"
        for name, value in answer.headers.items():
            response[name] = value
        if answer.replayed:
            response["Idempotency-Replayed"] = "true"
        return response

    def render(self, record: Any) -> Mapping[str, Any]:
        data: Mapping[str, Any] = shared(self.get_serializer_class()).to_representation(record)  # type: ignore[arg-type]
        return data

    def answer(self, record: Any, status: int, render: Callable[[Any], Mapping[str, Any]]) -> Answer:
        body = JSONRenderer().render(render(record)).decode()
        headers = {"ETag": self.etag(record)}
        if self.action == "create":
            headers["Location"] = f"{self.request.path}{record.pk}/"
        return Answer(status, body, headers, self.subject, record.pk)

    def _is_dry_run(self) -> bool:
        text = self.request.query_params.get("dry_run", "false")
        if text not in ("true", "false"):
            raise ValidationError({"dry_run": ["true or false."]})
        return text == "true"

    def _key(self) -> Key | None:
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            return None
        if not (key.isascii() and key.isprintable() and 0 < len(key) <= MOST_KEY):
            raise ValidationError({"Idempotency-Key": [f"1 to {MOST_KEY} printable ASCII characters."]})
        fingerprint = idempotency.fingerprint(
            str(self.request.method),
            self.request.path,
            self.request.query_params.urlencode(),
            self.request.data,
        )
        user: Any = self.request.user
        return Key(user.pk, key, fingerprint)
