"""One act of the business as a page: its form, its permission, its preview, and what came of it."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views import View

from common import idempotency
from common.actors import Actor
from common.admin.forms import ActForm, CreationForm
from common.admin.neighbours import came_from
from common.errors import DomainError, IdempotencyKeyReused, StaleVersion
from common.idempotency import Answer, Key
from common.transactions import run

ACTS: dict[type[Model], list[type["Act"]]] = defaultdict(list)


class Blocked(Protocol):
    """Anything that says why an act is not possible now."""

    @property
    def detail(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Blocker:
    detail: str


def act_on(model: type[Model]) -> Callable[[type["Act"]], type["Act"]]:
    """Offer an act on the pages of a model; an app to the left may offer one on a model of an app to its right."""

    def offer(act: type["Act"]) -> type["Act"]:
        ACTS[model].append(act)
        return act

    return offer


class Act(ABC, View):
    """Shows a form, does the act through its service in one transaction, and leads to the record.

    Not Django's change form: that begins a transaction of its own, and beginning one is for `transactions.run`.
    """

    name: ClassVar[str]  # in the address; "add" makes a record
    label: ClassVar[str]  # on the button that leads to it
    saves: ClassVar[str] = ""  # on the button that does it, where that reads differently
    permission: ClassVar[str]
    done: str  # said when it was done
    form_class: type[CreationForm] = ActForm
    previews: ClassVar[bool] = False
    at_once: ClassVar[bool] = False  # one press on the record's page, with nothing to fill in
    grave: ClassVar[bool] = False  # cannot be taken back
    of_many: ClassVar[bool] = False  # offered on the list; it is not about a record
    removes: ClassVar[bool] = False  # what it was done to is gone then
    template_name: ClassVar[str] = "admin/act.html"
    http_method_names = ["get", "head", "post"]  # noqa: RUF012 - as Django declares it

    record_admin: Any = None
    record: Any = None

    @classmethod
    def route(cls) -> str:
        return f"{cls.name}/" if cls.of_many or cls.name == "add" else f"<int:pk>/{cls.name}/"

    @classmethod
    def permits(cls, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(cls.permission))

    @classmethod
    def blockers(cls, record: Any) -> tuple[Blocked, ...]:
        """What stands in the way of the act now."""
        return ()

    @abstractmethod
    def perform(self, **fields: Any) -> Any:
        """Call the service with what was filled in, the actor and the version that was seen; returns the record."""

    def initial(self) -> Mapping[str, Any]:
        return {}

    def form(self, *args: Any, **kwargs: Any) -> CreationForm:
        return self.form_class(*args, **kwargs)

    def preview(self, outcome: Any) -> list[tuple[str, str]]:
        """What would come of it, as pairs of a name and a value."""
        return []

    def context(self) -> Mapping[str, Any]:
        return {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.permits(request):
            raise PermissionDenied
        if "pk" in kwargs:
            self.record = self.record_admin.record_or_404(request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        unseen = {"version": getattr(self.record, "version", None)}
        return self.show(self.form(initial={**self.initial(), **unseen}))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form)
        try:
            if self.previews and "_preview" in request.POST:
                return self.show(form, preview=run(lambda: self.preview(self._do(form)), dry_run=True))
            return self.lead_on(run(lambda: self._answer(self._do(form)), key=self._key(form)))
        except DomainError as error:
            return self.refused(form, error)

    def lead_on(self, answer: Answer) -> HttpResponse:
        again = " It was sent twice and done once." if answer.replayed else ""
        messages.success(self.request, self.done + again)
        found_in = "" if self.removes or self.of_many else came_from(self.request)
        return HttpResponseRedirect(answer.headers["Location"] + found_in)

    def refused(self, form: CreationForm, error: DomainError) -> HttpResponse:
        meanwhile: list[Any] = []
        if isinstance(error, IdempotencyKeyReused):
            form.renew_key()
            form.add_error(None, "This page was sent before with other input. Please look, and send it again.")
        elif isinstance(error, StaleVersion) and isinstance(form, ActForm):
            self.record = self.record_admin.record_or_404(self.request, self.record.pk)
            meanwhile = self.record_admin.story(self.record, after=form.cleaned_data["version"])
            form.catch_up(self.record.version, changes_of(meanwhile))
            form.add_error(None, "It was changed while you had it open; nothing was saved. Your input is still here.")
        else:
            form.refuse(error)
        return self.show(form, meanwhile=meanwhile)

    def show(self, form: Form, **more: Any) -> HttpResponse:
        admin = self.record_admin
        context = {
            **admin.admin_site.each_context(self.request),
            "opts": admin.opts,
            "title": f"{self.record}: {self.label}" if self.record else self.label,
            "act": self,
            "record": self.record,
            "original": self.record,
            "form": form,
            "media": admin.media + form.media,
            "blockers": self.blockers(self.record) if self.record else (),
            "found_in": came_from(self.request),
            **self.context(),
            **more,
        }
        return TemplateResponse(self.request, self.template_name, context)

    def _do(self, form: CreationForm) -> Any:
        return self.perform(actor=actor_of(self.request), **form.fields_given())

    def place(self, record: Any) -> str:
        """Where the person is led when it was done: to the page of the record, or to the list where it is gone."""
        page = f"admin:{record._meta.app_label}_{record._meta.model_name}"
        return reverse(f"{page}_changelist") if self.removes else reverse(f"{page}_change", args=[record.pk])

    def _answer(self, record: Any) -> Answer:
        return Answer(302, "", {"Location": self.place(record)}, record._meta.model_name, record.pk)

    def _key(self, form: CreationForm) -> Key:
        sent = {name: self.request.POST.getlist(name) for name in self.request.POST if name != "csrfmiddlewaretoken"}
        fingerprint = idempotency.fingerprint("POST", self.request.path, "", sent)
        user: Any = self.request.user
        return Key(user.pk, str(form.cleaned_data["idempotency_key"]), fingerprint)


def actor_of(request: HttpRequest) -> Actor:
    """Who is at the page."""
    user: Any = request.user
    return Actor(user.actor_name, request.META.get("oms.request_id"))


def do_to_one(
    request: HttpRequest, form: CreationForm, pk: int, asked: Mapping[str, Any], act: Callable[[], Model]
) -> bool:
    """Do to one of many records what a page asks for, under a key of its own; whether it had been done before.

    So a page that is sent again goes on where it stopped. Raises what the act raises.
    """
    user: Any = request.user
    fingerprint = idempotency.fingerprint("POST", f"{request.path}{pk}", "", asked)
    key = Key(user.pk, f"{form.cleaned_data['idempotency_key']}:{pk}", fingerprint)

    def answer() -> Answer:
        record = act()
        return Answer(200, "", {}, str(record._meta.model_name), record.pk)

    return run(answer, key=key).replayed


def changes_of(meanwhile: list[Any]) -> dict[str, tuple[Any, Any]]:
    """Of several changes one after the other, each field's first old value and its last new one."""
    changes: dict[str, tuple[Any, Any]] = {}
    for entry in sorted(meanwhile, key=lambda entry: entry.version):
        for name, (old, new) in entry.fields.items():
            changes[name] = (changes[name][0] if name in changes else old, new)
    return changes
