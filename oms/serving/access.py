"""Who may sign in to a system that was just set up: an administrator for people, a token for programs."""

import os
import secrets

from accounts import services
from accounts.models import User
from common.actors import Actor
from common.transactions import run
from oms import database

ADMINISTRATOR, SERVICE = "admin", "curl"
PASSWORD, TOKEN = "admin-password", "curl-token"  # names of files in the data directory


def administrator_password() -> str | None:
    """Make sure that there is an administrator; returns the password, or None where somebody chose it in the admin.

    It is DJANGO_SUPERUSER_PASSWORD, which is followed whenever it changes, or a random one which is kept.
    """
    given = os.environ.get("DJANGO_SUPERUSER_PASSWORD")
    password = given or database.kept_secret(PASSWORD, lambda: secrets.token_urlsafe(12))
    admin = User.objects.filter(username=ADMINISTRATOR).first()
    if admin is None:
        User.objects.create_superuser(ADMINISTRATOR, password=password)
    elif not admin.check_password(password):
        if not given:
            return None
        admin.set_password(password)
        admin.save(update_fields=["password"])
    return password


def token() -> str:
    """A token that works for this database: the one of last time or, where that is not known here, a new one."""
    kept = database.kept_secret(TOKEN, _make_token)
    if services.authenticate(kept) is not None:
        return kept
    made = _make_token()
    database.renew_secret(TOKEN, made)
    return made


def _make_token() -> str:
    def act() -> str:
        service = services.create_service(SERVICE, role="sales")
        return services.create_token(service, name="the curl line of `make run`", actor=Actor.command("serve"))[1]

    return run(act)
