"""What every address of the API has in common: one way to read, one way to change."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import QuerySet
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
from common.api.bulk import Item, Result
from common.api.exceptions import UnknownParameter
from common.api.fields import InputSerializer
from common.api.pagination import KeysetPagination
from common.api.parsers import refuse_broken_query
from common.api.problems import exception_handler
from common.idempotency import MOST_KEY, Answer, Key

ID = "[1-9][0-9]{0,17}"  # one way to write it: a leading zero would give a record several addresses


@cache
def shared(serializer: type[BaseSerializer[Any]]) -> BaseSerializer[Any]:
    """The one instance of a serializer class that reads or shows for every request.

    Made per request, as DRF's own views do it, its fields are built anew each time: a third of an order's cost.
    Validating and showing leave no trace in it, and it knows no request.
    """
    return serializer()


def checked(serializer: type[BaseSerializer[Any]], data: Any) -> dict[str, Any]:
    """The data, checked against an input serializer. Raises ValidationError."""
    values: dict[str, Any] = shared(serializer).run_validation(data)  # type: ignore[arg-type]  # hashable it is
    return values


# An address without its slash is unknown: a redirect would lose the body of a POST.
@method_decorator(no_append_slash, name="dispatch")
class ViewSet(GenericViewSet[Any]):
    """A queryset, a serializer, a filterset, and one service call per act."""

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]  # noqa: RUF012 - as Django declares it
    permissions: ClassVar[Mapping[str, str]] = {}
    # By action: what its body is checked against; what it answers, where that is not the view's own serializer;
    # with which status, where that is not 200 (the first one, if it does not choose).
    inputs: ClassVar[Mapping[str, type[InputSerializer]]] = {}
    outputs: ClassVar[Mapping[str, type[BaseSerializer[Any]]]] = {}
    statuses: ClassVar[Mapping[str, tuple[int, ...]]] = {"create": (201,)}
    subject: ClassVar[str]  # the kind of thing its answers are about
    list_actions: ClassVar = frozenset({"list"})
    located_actions: ClassVar = frozenset({"create"})  # whose answer says where the record is
    tagged_actions: ClassVar = frozenset({"retrieve"})  # readings with an ETag, which answer 304 where it is known
    # By action: what its docstring says, where one action serves addresses of several kinds; media types of its answer
    # besides JSON, each with an example.
    docs: ClassVar[Mapping[str, str]] = {}
    files: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    # Parameters of a reading action besides those that every list has, as OpenAPI describes them.
    parameters: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    default_ordering = "-id"
    filterset_class: type[FilterSet] | None = None
    lookup_value_regex = ID

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.perform_authentication(request)
        super().check_throttles(request)  # before anything is refused: a refusal counts and has the headers, too
        super().initial(request, *args, **kwargs)
        if self.action in (None, "metadata"):  # a method this address does not have: 405 follows
            return
        unknown = sorted(set(request.query_params) - self.known_parameters())
        if unknown:
            raise UnknownParameter(unknown)
        refuse_broken_query(request.META.get("QUERY_STRING", ""))
        unclear = [name for name, values in request.query_params.lists() if len(values) > 1 or not values[0]]
        if unclear:
            raise ValidationError({name: ["Give it once and with a value."] for name in unclear})

    def check_throttles(self, request: Request) -> None:
        """Done first of all, see `initial`."""

    def known_parameters(self) -> set[str]:
        if self.request.method not in ("GET", "HEAD", "OPTIONS"):
            return {"dry_run"}
        own = self.parameters.get(self.action, ())
        if self.action not in self.list_actions:
            return set(own)
        filters = self.filterset_class.base_filters if self.filterset_class else ()
        return {*own, *filters, *KeysetPagination.parameters}

    @property
    def actor(self) -> Actor:
        principal: Any = self.request.auth or self.request.user
        return Actor(principal.actor_name, self.request.META.get("oms.request_id"))

    @property
    def expected_version(self) -> int | None:
        return conditional.expected_version(self.request)

    def list(self, request: Request) -> Response:
        """The records, page by page.

        Follow `next` until it is null. A filter that is not known, or not in its form, is a 400 that names it.
        """
        return self.page_of(self.filter_queryset(self.get_queryset()))

    def page_of(self, records: QuerySet[Any]) -> Response:
        """The page that the request asks for."""
        page = self.paginate_queryset(records)
        assert self.paginator is not None
        return self.paginator.get_paginated_response([self.render(record) for record in page or ()])

    def retrieve(self, request: Request, pk: str) -> HttpResponse:
        """One of the records, with its ETag."""
        with transactions.planned_once(connection):
            record = self.get_object()
        tag = self.etag(record)
        if conditional.is_known(request, tag):
            return HttpResponse(status=304, headers={"ETag": tag})
        return Response(self.render(record), headers={"ETag": tag})

    def etag(self, record: Any) -> str:
        return conditional.etag(record.version)

    def read(self, **given: Any) -> dict[str, Any]:
        """The body of the request, checked as `inputs` says; an absent body counts as an empty one.

        What the address gives already may be left out of the body.
        """
        if (self.request.content_type or "").startswith("multipart/"):
            raise UnsupportedMediaType("multipart/form-data")  # where CSRF is checked it was read already
        data = self.request.data
        return checked(self.inputs[self.action], given | data if isinstance(data, dict) else data)

    def perform(
        self,
        act: Callable[[], Any],
        *,
        render: Callable[[Any], Mapping[str, Any]] | None = None,
    ) -> HttpResponse:
        """Do one act in one transaction, exactly once per Idempotency-Key, and answer with its record.

        `render` makes the body of what the act returned; without it, it is the view's own serializer.
        """
        status = self.statuses.get(self.action, (200,))[0]
        return self.send(lambda: self.answer(act(), status, render or self.render))

    def send(self, answer: Callable[[], Answer]) -> HttpResponse:
        """Do what makes the answer, in one transaction and exactly once per Idempotency-Key, and send it."""
        return self._sent(self._run(answer, self._key(self.request.data)))

    def perform_each(self, items: Iterable[Item], result: Result) -> HttpResponse:
        """Do many acts, each in a transaction of its own and once per Idempotency-Key and item, in their order."""
        # What is wrong with the request as a whole is not every item's problem.
        self.is_dry_run()
        self._key(None)
        results = ", ".join(result(item, self._outcome(item)) for item in items)
        return HttpResponse(f'{{"results": [{results}]}}', content_type="application/json")

    def require(self, permission: str) -> None:
        """Refuse a caller who lacks a permission that the body, not the address, makes necessary."""
        principal: Any = self.request.auth or self.request.user
        if not principal.has_perm(permission):
            raise PermissionDenied

    def render(self, record: Any) -> Mapping[str, Any]:
        data: Mapping[str, Any] = shared(self.get_serializer_class()).to_representation(record)  # type: ignore[arg-type]
        return data

    def answer(self, record: Any, status: int, render: Callable[[Any], Mapping[str, Any]]) -> Answer:
        body = JSONRenderer().render(render(record)).decode()
        headers = {"ETag": self.etag(record)}
        if self.action in self.located_actions:
            headers["Location"] = self.location(record)
        return Answer(status, body, headers, self.subject, self.subject_id(record))

    def location(self, record: Any) -> str:
        """Where the record is found."""
        return f"{self.request.path}{record.pk}/"

    def subject_id(self, record: Any) -> int:
        """The id of what the answer is about: where that is forgotten, so is the answer."""
        pk: int = record.pk
        return pk

    def _outcome(self, item: Item) -> Answer | str:
        """The answer of one item of many, or the problem that it met, as JSON."""
        try:
            key = self._key(item.body, item.name)
            return self._run(item.act, key)
        except Exception as error:  # noqa: BLE001 - becomes the problem that it would have become by itself
            refusal: Any = exception_handler(error, {"request": self.request})
            return str(refusal.content.decode())

    def _run(self, act: Callable[[], Answer], key: Key | None) -> Answer:
        return transactions.run(act, key=key, dry_run=self.is_dry_run())

    def _sent(self, answer: Answer) -> HttpResponse:
        headers = dict(answer.headers)
        if answer.replayed:
            headers["Idempotency-Replayed"] = "true"
        minimal = "return=minimal" in self.request.headers.get("Prefer", "")
        if answer.once is not None or not minimal:  # what can be seen but once is sent
            body = answer.once or answer.body
            return HttpResponse(body, status=answer.status, content_type="application/json", headers=headers)
        headers["Preference-Applied"] = "return=minimal"
        empty = HttpResponse(status=answer.status if answer.status == 201 else 204, headers=headers)
        del empty["Content-Type"]  # there is none
        return empty

    def is_dry_run(self) -> bool:
        text = self.request.query_params.get("dry_run", "false")
        if text not in ("true", "false"):
            raise ValidationError({"dry_run": ["true or false."]})
        return text == "true"

    def _key(self, body: Any, item: int | None = None) -> Key | None:
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            return None
        if not (key.isascii() and key.isprintable() and 0 < len(key) <= MOST_KEY):
            raise ValidationError({"Idempotency-Key": [f"1 to {MOST_KEY} printable ASCII characters."]})
        fingerprint = idempotency.fingerprint(
            str(self.request.method),
            self.request.path,
            self.request.query_params.urlencode(),
            body,
        )
        user: Any = self.request.user
        return Key(user.pk, key if item is None else f"{key}:{item}", fingerprint)
