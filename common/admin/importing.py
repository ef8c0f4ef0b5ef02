"""An import as a page: a file is rehearsed, what would become of it is shown, and a button imports just that."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from common.admin.acts import Act, actor_of
from common.admin.forms import CreationForm
from common.admin.uploads import TableField
from common.errors import DomainError
from common.exports.files import CSV, MEDIA_TYPES
from common.idempotency import Answer
from common.imports import previews
from common.imports.fields import WrongMap
from common.imports.previews import PreviewGone
from common.imports.running import Importer
from common.imports.sources import UnreadableFile
from common.imports.staging import SKIPPED
from common.models import ImportRun
from common.transactions import run

MOST_SHOWN = 100
HEAD = (("Row", True), ("Record", False), ("What becomes of it", False))
OUTCOMES = {"new": "new", SKIPPED: "known already: left as it is"}


class Upload(forms.Form):
    file = TableField()


class Confirmation(CreationForm):
    run = forms.UUIDField(widget=forms.HiddenInput)


class ImportFile(Act):
    """Records come in from a table. Those that are known are left as they are, as the command leaves them."""

    name, label, of_many = "import", "Import CSV", True
    form_class = Confirmation
    template_name = "admin/upload.html"
    importer: ClassVar[Importer]

    @property
    def owner_id(self) -> int:
        user: Any = self.request.user
        return int(user.pk)

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        chosen = forms.UUIDField(required=False)
        try:
            run_id = chosen.clean(request.GET.get("run", ""))
            if run_id is None:
                return self._ask(Upload())
            waiting = previews.waiting(self.importer, run_id, owner_id=self.owner_id)
        except (forms.ValidationError, PreviewGone) as error:
            messages.error(request, error.detail if isinstance(error, PreviewGone) else "This is no preview.")
            return HttpResponseRedirect(request.path)
        return self._rejects(waiting) if "rejects" in request.GET else self._preview(waiting)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if "run" not in request.POST:
            return self._rehearse(Upload(request.POST, request.FILES))
        form = Confirmation(request.POST)
        if not form.is_valid():
            messages.error(request, "This page is not whole any more. Please open it anew.")
            return self._ask(Upload())
        run_id = form.cleaned_data["run"]
        try:
            answer = run(lambda: self._import(run_id), key=self._key(form))
        except DomainError as refusal:
            messages.error(request, refusal.detail)
            waits = "" if isinstance(refusal, PreviewGone) else f"?run={run_id}"
            return HttpResponseRedirect(request.path + waits)
        self.done = answer.body
        return self.lead_on(answer)

    def perform(self, **fields: Any) -> tuple[int, int]:
        return previews.import_waiting(
            self.importer, fields["run"], owner_id=self.owner_id, actor=actor_of(self.request)
        )

    def _import(self, run_id: Any) -> Answer:
        made, left = self.perform(run=run_id)
        known = f"; known already and left as they are: {left:,}" if left else ""
        options = self.record_admin.opts
        place = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        return Answer(302, f"{self.importer.nouns.capitalize()} imported: {made:,}{known}.", {"Location": place})

    def _rehearse(self, form: Upload) -> HttpResponse:
        if form.is_valid():
            source = form.cleaned_data["file"]
            try:
                waiting = previews.rehearse(self.importer, source, owner_id=self.owner_id, actor=actor_of(self.request))
                return HttpResponseRedirect(f"{self.request.path}?run={waiting.pk}")
            except (UnreadableFile, WrongMap) as error:
                form.add_error("file", error.detail)
        return self._ask(form)

    def _ask(self, form: Upload) -> HttpResponse:
        names = ", ".join(f"{field.name}*" if field.required else field.name for field in self.importer.fields)
        form.fields["file"].help_text = f"CSV, its first row with these names (* needed): {names}."
        return self.show(form, send="Look it over")

    def _preview(self, waiting: ImportRun) -> HttpResponse:
        told, shown = waiting.account, previews.sample(self.importer, waiting.pk, most=MOST_SHOWN)
        rejects = previews.rejects_of(self.importer, waiting.pk, most=MOST_SHOWN)
        return self.show(
            Confirmation(initial={"run": waiting.pk}),
            send=f"Import: {told['made']:,} new",
            cannot_go=not told["made"],
            figures=f"{told['made']:,} new, {told['skipped']:,} skipped, {told['rejected']:,} rejected",
            table_title=f"{waiting.file_name}: {told['read']:,} rows",
            table_head=HEAD,
            table=[((row, True), (key, False), (OUTCOMES.get(what, what), False)) for row, key, what in shown],
            more=max(0, previews.records(self.importer, waiting.pk) - MOST_SHOWN),
            rejected=told["rejected"],
            rejects=rejects,
            rejects_href=f"{self.request.path}?run={waiting.pk}&rejects=yes" if rejects else "",
            rejects_name=f"rejected-{self.importer.nouns}.csv",
        )

    def _rejects(self, waiting: ImportRun) -> HttpResponse:
        headers = {"Content-Disposition": f'attachment; filename="rejected-{self.importer.nouns}.csv"'}
        return HttpResponse(waiting.rejects, content_type=MEDIA_TYPES[CSV], headers=headers)
