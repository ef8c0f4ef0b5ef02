"""Users, roles and API tokens in the back-office."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.timezone import now

from accounts.models import ApiToken, User
from accounts.services import create_token, names_of, revoke_token
from common.admin import Act, Blocker, CreationForm, ListAdmin, RecordAdmin, Text, act_on, moment
from common.idempotency import Answer

RIGHTS = ("is_superuser", "user_permissions")

admin.site.unregister(Group)


def locked_out(request: HttpRequest, answer: HttpResponse, credentials: Mapping[str, Any] | None) -> HttpResponse:
    """What somebody sees who gave too many wrong passwords, instead of the answer to the last one."""
    wait: timedelta = settings.AXES_COOLOFF_TIME
    words = {"title": "Too many wrong passwords", "minutes": int(wait.total_seconds() // 60)}
    context = {**admin.site.each_context(request), **words}
    headers = {"Retry-After": str(int(wait.total_seconds()))}
    return HttpResponse(render_to_string("admin/locked_out.html", context, request), status=429, headers=headers)


@admin.register(Group)
class GroupAdmin(ListAdmin, DjangoGroupAdmin):
    """Roles. Nobody deletes one: people have it."""


@admin.register(User)
class UserAdmin(ListAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    """People and services. Nobody deletes one: the log names them; they are deactivated."""

    list_display = ("username", "email", "is_active", "is_staff", "is_superuser", "is_service")
    list_filter = ("is_active", "is_staff", "is_superuser", "is_service", "groups")
    readonly_fields = ("is_service", "last_login", "date_joined")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only a superuser makes superusers or gives single rights."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if request.user.is_superuser else (*fields, *RIGHTS, "groups")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        beyond = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not beyond and super().has_change_permission(request, obj)


class NewToken(CreationForm):
    user = forms.ModelChoiceField(User.objects.none(), help_text="Whom the token acts for.")
    name = Text(max_length=100, help_text="What it is for.")
    expires_at = forms.DateTimeField(
        required=False, help_text="Empty: never.", widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    scopes = Text(
        required=False,
        help_text="Empty: all that its user may. Or `read`, or permissions such as orders.place_order, spaces between.",
    )

    def clean_scopes(self) -> list[str]:
        return str(self.cleaned_data["scopes"]).split()

    def clean_expires_at(self) -> Any:
        end = self.cleaned_data["expires_at"]
        if end is not None and end <= now():
            raise forms.ValidationError("This is in the past.")
        return end


@act_on(ApiToken)
class CreateToken(Act):
    """Shows the secret in its own answer and keeps it nowhere, not even with the answer for a repeat."""

    name, label, done = "add", "Add API token", "The token was made."
    permission = "accounts.add_apitoken"
    form_class = NewToken
    made: tuple[ApiToken, str]

    def form(self, *args: Any, **kwargs: Any) -> CreationForm:
        """Only a superuser makes tokens for others: a token has all the rights of its user."""
        user: Any = self.request.user
        everybody = User.objects.filter(is_active=True).order_by("username")
        form = super().form(*args, **kwargs)
        form.fields["user"].queryset = everybody if user.is_superuser else everybody.filter(pk=user.pk)  # type: ignore[attr-defined]
        return form

    def perform(self, **fields: Any) -> ApiToken:
        self.made = create_token(fields.pop("user"), **fields)
        return self.made[0]

    def lead_on(self, answer: Answer) -> HttpResponse:
        if answer.replayed:
            self.done = "The secret was shown once and cannot be shown again."
            return super().lead_on(answer)
        return self.show(self.form(), secret=self.made[1])


@act_on(ApiToken)
class Revoke(Act):
    name, label, done, grave = "revoke", "Revoke", "The token was revoked.", True
    permission = "accounts.change_apitoken"
    form_class = CreationForm

    @classmethod
    def blockers(cls, record: ApiToken) -> tuple[Any, ...]:
        return (Blocker("It is revoked already."),) if record.revoked_at else ()

    def perform(self, **fields: Any) -> ApiToken:
        return revoke_token(self.record.pk, **fields)


@admin.register(ApiToken)
class ApiTokenAdmin(RecordAdmin):
    list_display = ("name", "user", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        return super().get_queryset(request).defer("digest")

    def facts(self, request: HttpRequest, record: ApiToken) -> dict[str, Any]:
        names = names_of({record.created_by, record.revoked_by})
        pairs = [
            ("For", record.user.username),
            ("May", ", ".join(record.scopes) or "everything that its user may"),
            ("Made", f"{moment(record.created_at)} by {names[record.created_by]}"),
            ("Expires", moment(record.expires_at) or "never"),
            ("Last used", moment(record.last_used_at) or "never"),
            ("Revoked", moment(record.revoked_at) or "no"),
            ("Revoked by", names[record.revoked_by]),
        ]
        return {"pairs": pairs}
