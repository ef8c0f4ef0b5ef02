"""The database server that the system brings along: back after every crash, and for its owner only."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from oms.database import Cluster, ServerError, places
from oms.database.cluster import SUPERUSER
from oms.database.places import BASE_DIR
from oms.tests.scratch import Installation, installation


@pytest.fixture(scope="module")
def scratch() -> Iterator[Installation]:
    with installation() as made:
        yield made


@pytest.fixture
def running(scratch: Installation) -> Installation:
    scratch.cluster.start()
    return scratch


def note(cluster: Cluster, text: str) -> None:
    with cluster.connect(SUPERUSER) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (text text)")
        connection.execute("INSERT INTO notes VALUES (%s)", [text])


def noted(cluster: Cluster) -> list[str]:
    with cluster.connect(SUPERUSER) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM notes ORDER BY 1").fetchall()]


def test_starts_says_where_it_is_and_stops(scratch: Installation) -> None:
    assert scratch.do("db", "start").startswith(f"running, process {scratch.cluster.pid()}, data in {scratch.data_dir}")
    assert "PostgreSQL 18" in scratch.do("db", "status")
    assert scratch.do("db", "stop") == "stopped\n"
    assert scratch.do("db", "stop") == "was not running\n"

    status = scratch.manage("db", "status")
    assert (status.returncode, status.stdout) == (1, f"not running, data in {scratch.data_dir}\n")


def test_any_number_of_processes_may_start_it_at_once(scratch: Installation) -> None:
    scratch.cluster.stop()
    command = [sys.executable, str(BASE_DIR / "manage.py"), "db", "start"]
    starters = [
        subprocess.Popen(command, env=scratch.environment(), stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    said = {starter.communicate(timeout=60)[0] for starter in starters}

    assert [starter.returncode for starter in starters] == [0] * 4
    assert said == {f"running, process {scratch.cluster.pid()}, data in {scratch.data_dir}\n"}


def test_comes_back_with_its_data_after_it_was_killed(running: Installation) -> None:
    note(running.cluster, "before")
    running.kill_database()
    assert running.cluster.was_killed()

    running.do("db", "start")

    assert noted(running.cluster) == ["before"]
    assert not running.cluster.was_killed()


def test_a_server_that_was_told_to_stop_was_not_killed(running: Installation) -> None:
    running.cluster.stop()

    assert not running.cluster.was_killed()


def test_starts_although_its_old_process_id_belongs_to_somebody_else(running: Installation) -> None:
    """After a crash and a reboot; PostgreSQL itself would refuse."""
    running.kill_database()
    files = (running.cluster.pgdata / "postmaster.pid", running.cluster.socket_dir / ".s.PGSQL.5432.lock")
    for file in files:
        file.write_text(file.read_text().replace(file.read_text().split("\n")[0], str(os.getpid()), 1))

    running.cluster.start()

    assert running.cluster.pid() != os.getpid()
    assert psutil.pid_exists(os.getpid())


def test_backends_that_outlive_their_server_are_in_nobodys_way(running: Installation) -> None:
    pid = running.cluster.pid()
    with running.cluster.connect() as connection:
        psutil.Process(pid).kill()

        running.cluster.start()

        assert connection.info.backend_pid != running.cluster.pid()
    assert running.cluster.is_running()


def test_psql_only_reads_unless_asked_otherwise(running: Installation) -> None:
    asked = "SELECT current_user"
    assert running.do("db", "psql", "--", "-Atc", asked) == "oms_report\n"
    assert running.do("db", "--role", "web", "psql", "--", "-Atc", asked) == "oms_web\n"

    written = running.manage("db", "psql", "--", "-c", "CREATE TABLE mine ()")
    assert written.returncode == 1
    assert "read-only transaction" in written.stderr


def test_listens_elsewhere_when_its_directory_is_too_deep_for_a_socket() -> None:
    with installation() as outer:
        deep = Installation(outer.data_dir / ("d" * 50) / ("e" * 50))
        outer.data_dir.chmod(0o755)
        try:
            deep.do("db", "start")

            assert deep.cluster.socket_dir.parent == Path("/tmp")
            assert stat.S_IMODE(deep.cluster.socket_dir.stat().st_mode) == 0o700
            assert deep.cluster.is_running()
        finally:
            deep.cluster.stop()
            deep.cluster.socket_dir.rmdir()


def test_a_socket_directory_that_others_can_enter_is_not_trusted(running: Installation) -> None:
    running.cluster.socket_dir.chmod(0o755)
    try:
        with pytest.raises(ServerError, match="must be a directory that only"):
            running.cluster.is_running()
    finally:
        running.cluster.socket_dir.chmod(0o700)


def test_a_directory_with_other_things_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    tmp_path.chmod(0o755)

    refused = Installation(tmp_path).manage("db", "start")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"manage.py: {tmp_path} is not empty")
    assert refused.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_who_has_no_home_is_asked_where_to_keep_data(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_STATE_HOME", "OMS_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    for asked in ("getuid", "geteuid"):
        monkeypatch.setattr(os, asked, lambda: 54_321)  # nobody has this number

    with pytest.raises(ServerError, match="set OMS_DATA_DIR"):
        places.data_dir()


def test_the_servers_user_can_pass_whatever_roots_umask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    umask = os.umask(0o077)
    try:
        places.create(tmp_path / "on" / "the way" / "data")
    finally:
        os.umask(umask)

    made = [tmp_path / "on", tmp_path / "on" / "the way", tmp_path / "on" / "the way" / "data"]
    assert [stat.S_IMODE(each.stat().st_mode) for each in made] == [0o711, 0o711, 0o700]


def test_a_place_where_nothing_can_be_kept_is_named_in_one_line() -> None:
    refused = Installation(Path("/dev/null/data")).manage("verify")

    assert refused.returncode == 1
    assert "/dev/null/data" in refused.stderr and "OMS_DATA_DIR" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_secret_is_made_once_and_readable_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMS_DATA_DIR", str(tmp_path / "data"))

    assert places.kept_secret("name", lambda: "first") == "first"
    assert places.kept_secret("name", lambda: "second") == "first"

    places.renew_secret("name", "third")
    assert places.kept_secret("name", lambda: "fourth") == "third"
    assert stat.S_IMODE((tmp_path / "data" / "name").stat().st_mode) == 0o600
