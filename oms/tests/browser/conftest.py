"""A browser on the back-office as it is served: Debian's Chromium, which must be there."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, sync_playwright

from accounts.models import User
from conftest import grant_role
from oms.tests.live import served

# What Chromium would ask of the world by itself; a container has no sandbox to give it.
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PASSWORD = "a long password"
# As the server hashes; the tests themselves take a quicker way.
HASH = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

# Playwright runs an event loop in this thread: Django would take the tests for code that must not ask the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.exit("Chromium is needed: install the package chromium, or set CHROMIUM to the program.", returncode=2)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """Where the pages are served from, by the real web server upon the database of the tests."""
    with django_db_blocker.unblock(), served() as url:  # type: ignore[attr-defined]
        yield url


class Desk:
    """Somebody at the back-office. Whatever a page complains of, the test fails with it."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        context.route(lambda url: not url.startswith(address), self._refuse)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _refuse(self, route: Route) -> None:
        self.complaints.append(f"asks for {route.request.url}")
        route.abort()

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, name: str) -> None:
        page = self.open("/admin/login/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/admin/")


@pytest.fixture
def at_desk(chromium: Browser, address: str, transactional_db: None) -> Iterator[Callable[..., Desk]]:
    """Sit down as somebody in a role; "chief" may do everything."""
    contexts: list[BrowserContext] = []
    desks: list[Desk] = []

    def sit_down(role: str = "manager", **options: object) -> Desk:
        name = f"{role}-{len(desks)}"
        user = User.objects.create(username=name, password=HASH, is_staff=True, is_superuser=role == "chief")
        if role != "chief":
            grant_role(user, role)
        context = chromium.new_context(**{"viewport": DESK, **options})  # type: ignore[arg-type]
        contexts.append(context)
        desks.append(Desk(context, address))
        desks[-1].sign_in(user.username)
        return desks[-1]

    yield sit_down
    for context in contexts:
        context.close()
    assert [complaint for desk in desks for complaint in desk.complaints] == []
