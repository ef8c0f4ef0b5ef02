"""What `manage.py serve` decides before and while it serves."""

import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.core.management.base import CommandError
from django.test import Client

from accounts.models import ApiToken, User
from oms import database
from oms.database.processes import await_end
from oms.serving import access, address, children
from oms.serving.address import Address, require_free, resolve
from oms.serving.children import MOST_DEATHS, Child
from oms.tests.scratch import Installation


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as the web server's processes do
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("DJANGO_SUPERUSER_PASSWORD", raising=False)


# Where it listens


def test_a_taken_port_is_one_line_before_anything_is_started(taken: int, tmp_path: Path) -> None:
    place = Installation(tmp_path / "data")

    refused = place.manage("serve", "--port", str(taken))

    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"port {taken} (Address already in use)" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not place.cluster.pgdata.exists()


def test_a_port_that_is_being_given_up_is_waited_for() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    threading.Timer(0.3, listener.close).start()

    require_free(Address("127.0.0.1", port))

    listener.close()


def test_control_one_that_is_not_given_up_is_refused(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "PATIENCE_SECONDS", 0)

    with pytest.raises(CommandError, match="PORT=8001"):
        require_free(Address("127.0.0.1", taken))


@pytest.mark.parametrize("port", ["", "65536"])
def test_nonsense_for_a_port_is_wrong_usage(port: str, tmp_path: Path) -> None:
    refused = Installation(tmp_path / "data").manage("serve", f"--port={port}")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.count("\n") == 1


def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(CommandError, match="is no address"):
        resolve("host.invalid", 8000)


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::", "http://[::1]:80")],
)
def test_shows_an_address_that_a_browser_can_open(host: str, url: str) -> None:
    assert Address(host, 80).url == url


# Who may come in


def signs_in(client: Client, password: str) -> bool:
    answer = client.post("/admin/login/", {"username": "admin", "password": password, "next": "/admin/"})
    return answer.status_code == 302


@pytest.mark.django_db
def test_the_password_is_random_kept_and_works(client: Client) -> None:
    password = access.administrator_password()

    assert password is not None and len(password) >= 16
    assert access.administrator_password() == password
    assert signs_in(client, password)
    assert User.objects.get(username="admin").is_superuser


@pytest.mark.django_db
def test_the_password_follows_the_environment(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    access.administrator_password()

    for chosen in ("first choice", "second choice"):
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", chosen)
        assert access.administrator_password() == chosen
        assert signs_in(client, chosen)


@pytest.mark.django_db
def test_a_password_chosen_in_the_admin_stays(client: Client) -> None:
    access.administrator_password()
    admin = User.objects.get(username="admin")
    admin.set_password("my own choice")
    admin.save()

    assert access.administrator_password() is None
    assert signs_in(client, "my own choice")


@pytest.mark.django_db(transaction=True)
def test_the_token_is_kept_as_long_as_it_works() -> None:
    first = access.token()
    assert access.token() == first
    assert Client(headers={"Authorization": f"Bearer {first}"}).get("/api/v1/orders/").status_code == 200

    ApiToken.objects.all().delete()

    second = access.token()
    assert second != first
    assert access.token() == second
    assert Client(headers={"Authorization": f"Bearer {second}"}).get("/api/v1/orders/").status_code == 200


# What it looks after


def test_who_makes_a_place_to_count_leaves_room_for_the_secrets() -> None:
    children.web("127.0.0.1", 8000)

    assert database.kept_secret("name", lambda: "secret") == "secret"


def test_a_child_that_keeps_dying_stops_the_whole() -> None:
    child = Child("moth", [sys.executable, "-c", "raise SystemExit(7)"])
    child.start()

    def dies() -> None:
        assert child.process is not None
        child.process.wait()
        child.tend()

    for _ in range(MOST_DEATHS - 1):
        dies()
    with pytest.raises(CommandError, match=f"moth ended with status 7, {MOST_DEATHS} times in a row"):
        dies()
    child.stop(deadline=0)


def test_what_a_dead_child_leaves_behind_does_not_outlive_it() -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '100']); print(flush=True); input()"
    child = Child("parent", [sys.executable, "-c", code])
    child.start()
    assert child.process is not None
    parent = psutil.Process(child.process.pid)
    while not (orphans := parent.children()):
        assert child.process.poll() is None
    child.process.kill()
    child.process.wait()

    child.tend()

    assert await_end(orphans, seconds=10)
    assert child.process.poll() is None
    child.stop(deadline=0)
    assert child.process.poll() is not None
