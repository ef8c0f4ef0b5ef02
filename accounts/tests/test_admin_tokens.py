"""Tokens and users in the back-office."""

import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, User
from accounts.services import authenticate, create_token
from common.actors import Actor

pytestmark = pytest.mark.django_db

ADD = "admin:accounts_apitoken_add"


@pytest.fixture
def chief(staff: Callable[[str], Client]) -> Client:
    return staff("chief")


def test_a_token_is_made_and_its_secret_shown_this_once(chief: Client, superuser: User) -> None:
    form = {"idempotency_key": str(uuid.uuid4()), "user": superuser.pk, "name": "till"}

    first, again = chief.post(reverse(ADD), form), chief.post(reverse(ADD), form)

    secret = first.context["secret"]
    token = authenticate(secret)
    assert token is not None and secret in first.content.decode()
    page = chief.get(again["Location"]).content.decode()
    assert secret not in page and ApiToken.objects.get().digest not in page and "cannot be shown again" in page
    assert ApiToken.objects.get().created_by.startswith("user:")


def test_a_revoked_token_opens_nothing(chief: Client, superuser: User, actor: Actor) -> None:
    token, secret = create_token(superuser, name="till", actor=actor)

    address = reverse("admin:accounts_apitoken_revoke", args=[token.pk])
    chief.post(address, {"idempotency_key": str(uuid.uuid4())})

    assert authenticate(secret) is None
    assert ApiToken.objects.get().revoked_by.startswith("user:")


@pytest.mark.parametrize("user", ["", "0", "x", "\0", "9" * 40])
def test_a_token_for_nobody_is_refused(user: str, chief: Client) -> None:
    response = chief.post(reverse(ADD), {"idempotency_key": str(uuid.uuid4()), "user": user, "name": "till"})

    assert response.context["form"].errors["user"] and not ApiToken.objects.exists()


def helper(*codenames: str) -> Client:
    """Somebody of the staff with a few rights over users, but no superuser."""
    user = User.objects.create_user("helper", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    browser = Client()
    browser.force_login(user)
    return browser


def test_who_is_no_superuser_makes_no_token_for_one(superuser: User) -> None:
    browser = helper("add_apitoken", "view_apitoken")

    form = {"idempotency_key": str(uuid.uuid4()), "user": superuser.pk, "name": "mine now"}
    response = browser.post(reverse(ADD), form)

    assert response.context["form"].errors["user"] and not ApiToken.objects.exists()


def test_who_is_no_superuser_neither_makes_nor_changes_one(superuser: User) -> None:
    browser = helper("change_user", "view_user")
    me = User.objects.get(username="helper")

    address = reverse("admin:accounts_user_change", args=[me.pk])
    browser.post(
        address, {"username": "helper", "is_superuser": "on", "is_staff": "on", "groups": [], "is_active": "on"}
    )

    assert not User.objects.get(pk=me.pk).is_superuser
    assert browser.post(reverse("admin:accounts_user_change", args=[superuser.pk]), {}).status_code == 403
    assert browser.get(reverse("admin:auth_user_password_change", args=[superuser.pk])).status_code == 403
