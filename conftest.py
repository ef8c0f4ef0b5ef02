"""What every test can ask for."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import hypothesis
import psutil
import psycopg
import pytest
from django.db import connection, connections
from django.test import Client, TransactionTestCase, override_settings
from psycopg import sql
from whitenoise.middleware import WhiteNoiseMiddleware

from accounts.models import User
from accounts.services import create_token
from common.actors import Actor
from events.models import Epoch
from oms import database

# A slow machine is no failure.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

# They need Chromium: `make test-browser`.
collect_ignore = [] if os.environ.get("OMS_BROWSER_TESTS") else ["oms/tests/browser"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Every process of every test run has a database of its own, so that two runs can go on beside each other."""
    if database.is_embedded():
        database.ensure_running()
        drop_leftovers()
        for each in connections.all():
            # May make databases, owns their tables, and does not wait for the disk.
            each.settings_dict["USER"] = "oms_test"
    test = connection.settings_dict["TEST"]
    test["NAME"] = f"{test['NAME'] or 'test_oms'}_{os.getpid()}"


def drop_leftovers() -> None:
    """Drop the databases of test runs that were killed; their names end in the process id."""
    with database.embedded().connect("oms_test", "postgres") as server:
        for (name,) in server.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^test_oms.*_[0-9]+$'"
        ).fetchall():
            if not psutil.pid_exists(int(name.rpartition("_")[2])):
                # Another run that starts now may be faster.
                with suppress(psycopg.Error):
                    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@pytest.fixture(autouse=True, scope="session")
def quick_emptying() -> Iterator[None]:
    """After a transactional test only what it wrote goes; what the migrations wrote stays, which Django would redo."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty_tables())
        yield


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> Iterator[None]:
    """A password hash is slow on purpose, and no test is about that."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def static_files_found_once() -> Iterator[None]:
    """WhiteNoise looks through all packages whenever a server starts; here every client of a test is one."""
    found = WhiteNoiseMiddleware().files
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", lambda server: server.files.update(found))
        yield


OF_MIGRATIONS = {"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}


def empty_tables() -> None:
    """Empty every table that a test has written to, and begin the log's first epoch again."""
    tables = set(connection.introspection.django_table_names()) - OF_MIGRATIONS - {Epoch._meta.db_table}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables))
        if written := [table for (table,) in cursor.fetchall()]:
            cursor.execute(f"TRUNCATE {', '.join(written)} CASCADE")
        if Epoch.objects.exclude(epoch=1).update(epoch=1):
            cursor.execute("ALTER TABLE events ALTER COLUMN epoch SET DEFAULT 1")


@pytest.fixture
def actor() -> Actor:
    return Actor("command:test", "test-request")


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("chief", password="a long password")


@pytest.fixture
def api(superuser: User) -> Client:
    """A client of the REST API with every right."""
    return client_for(superuser)


@pytest.fixture
def api_as(db: None) -> Callable[[str], Client]:
    """Clients of the REST API by role."""

    def make(role: str) -> Client:
        user = User.objects.create_user(f"{role}-{User.objects.count()}")
        grant_role(user, role)
        return client_for(user)

    return make


@pytest.fixture
def staff(db: None) -> Callable[[str], Client]:
    """Browsers signed in to the back-office, by role; "none" of the staff has no role, "chief" every right."""

    def make(role: str) -> Client:
        name = f"{role}-{User.objects.count()}"
        user = User.objects.create_user(name, is_staff=role != "stranger", is_superuser=role == "chief")
        if role not in ("chief", "none", "stranger"):
            grant_role(user, role)
        browser = Client()
        browser.force_login(user)
        return browser

    return make


def grant_role(user: User, role: str) -> None:
    user.groups.add(user.groups.model.objects.get_or_create(name=role)[0])


def client_for(user: User) -> Client:
    _, secret = create_token(user, name="test", actor=Actor.command("test"))
    headers: dict[str, Any] = {"Authorization": f"Bearer {secret}"}
    return Client(headers=headers)
