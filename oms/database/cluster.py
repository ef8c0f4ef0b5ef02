"""One PostgreSQL server with its data: started on demand, usable by its owner only, safe to start from everywhere."""

import fcntl
import os
import pwd
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from oms.database import binaries, configuration, places, processes
from oms.database.errors import ServerError

DATABASE = "oms"
SUPERUSER = "postgres"
ROLES = Path(__file__).with_name("roles.sql")

# Recovery after a crash reads the log again since the last checkpoint: seconds as a rule, minutes on a slow disk.
START_SECONDS = 3600
PATIENCE_SECONDS = 5


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server whose data lies in `data_dir`; a scratch directory gives a scratch server."""

    data_dir: Path

    @property
    def pgdata(self) -> Path:
        return self.data_dir / f"pg{binaries.MAJOR}"

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "log"

    @property
    def socket_dir(self) -> Path:
        return places.socket_dir(self.data_dir)

    @property
    def user(self) -> pwd.struct_passwd:
        """As whom the server runs: ourselves, or for root, whom PostgreSQL refuses, an unprivileged user.

        That is the owner of the data where there is some, else `postgres`, else `nobody`.
        """
        try:
            if os.geteuid() != 0:
                return pwd.getpwuid(os.geteuid())
            if self.pgdata.exists():
                return pwd.getpwuid(self.pgdata.stat().st_uid)
        except KeyError as error:
            raise ServerError(f"PostgreSQL needs a user with a name ({error}): set DATABASE_URL.") from error
        known = {user.pw_name: user for user in pwd.getpwall()}
        if not known.keys() & {"postgres", "nobody"}:
            raise ServerError("PostgreSQL does not run as root, and there is no user postgres or nobody.")
        return known.get("postgres") or known["nobody"]

    def url(self, role: str = "oms_web", database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_dir), safe='')}&port=5432"

    def binary(self, name: str) -> Path:
        """A client program (psql, pg_dump …), to be run as ourselves."""
        return binaries.installed() / name

    def connect(self, role: str = "oms_web", database: str = DATABASE) -> psycopg.Connection:
        return psycopg.connect(self.url(role, database), autocommit=True, connect_timeout=10)

    def is_running(self) -> bool:
        """Whether it answers as the web would ask it. Raises ServerError if somebody else may listen in its place."""
        return self._answers("oms_web", DATABASE)

    def pid(self) -> int | None:
        process = processes.postmaster(self.pgdata)
        return process.pid if process else None

    def was_killed(self) -> bool:
        """Whether it ended without being told to: it then left its process id behind."""
        return self.pid() is None and (self.pgdata / processes.PID_FILE).exists()

    def init(self) -> None:
        """Create the server's files, unless they exist; they appear whole or not at all."""
        places.create(self.data_dir)
        for directory in (self.data_dir, self.log_dir, self.socket_dir):
            places.make_private(directory, self.user)
        if self.pgdata.exists():
            return
        draft = self.data_dir / "draft-of-pgdata"
        shutil.rmtree(draft, ignore_errors=True)
        # The builtin collation does not change with the system's libraries, which would silently break indexes.
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
        self._run("initdb", "--pgdata", draft, "--username", SUPERUSER, "--data-checksums", *locale)
        self._write(draft / "postgresql.conf", (draft / "postgresql.conf").read_text() + configuration.INCLUDE)
        draft.rename(self.pgdata)

    def start(self) -> None:
        """Start the server unless it runs; create it first if there is none. Returns when it answers.

        Any number of processes may call this at once. Raises ServerError with the reason when it does not start.
        """
        places.create(self.data_dir)
        with self.locked():
            if self.is_running():
                return
            try:
                if not self._answers(SUPERUSER, SUPERUSER):
                    self._launch()
                self._create_database()
            except psycopg.OperationalError as error:
                raise ServerError(f"PostgreSQL ended while it was being started (see {self.log_dir}).") from error

    def stop(self) -> bool:
        """Stop the server and wait until it has; False if it did not run. Open transactions are rolled back."""
        if not self.pgdata.exists():
            return False
        with self.locked():
            process = processes.postmaster(self.pgdata)
            if process is not None:
                processes.stop(process)
            return process is not None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one process at a time starts, stops or restores; the lock dies with its holder."""
        with (self.data_dir / places.LOCK_FILE).open("rb") as file:
            with _patience("Waiting for another process that starts, stops or restores the database ..."):
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def apply_roles(self, database: str) -> None:
        """Give the three roles their limits, and their rights in one database."""
        options = ["--no-psqlrc", "--quiet", "--variable=with_test_role=1", "--output=/dev/null"]
        binaries.run([self.binary("psql"), *options, "--file", ROLES, self.url(SUPERUSER, database)])

    def _answers(self, role: str, database: str) -> bool:
        if not (self.socket_dir / places.SOCKET).exists():
            return False
        places.verify_private(self.socket_dir, self.user)
        try:
            with self.connect(role, database) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _launch(self) -> None:
        self.init()
        files = configuration.files(socket_dir=self.socket_dir, log_dir=self.log_dir, user=self.user)
        for name, text in files.items():
            self._write(self.pgdata / name, text)
        with _patience("PostgreSQL is starting; after a crash this can take minutes ..."):
            try:
                if processes.postmaster(self.pgdata) is None:
                    self._run_postmaster()
                self._await_answer()
            except ServerError as error:
                raise ServerError(f"PostgreSQL did not start: {self._last_complaint()} (see {self.log_dir})") from error

    def _run_postmaster(self) -> None:
        processes.clear_remains(self.pgdata, self.socket_dir / places.SOCKET)
        log = self.log_dir / "start.log"
        log.unlink(missing_ok=True)
        self._run("pg_ctl", "start", f"--timeout={START_SECONDS}", "--pgdata", self.pgdata, "--log", log)

    def _await_answer(self) -> None:
        while not self._answers(SUPERUSER, SUPERUSER):
            if processes.postmaster(self.pgdata) is None:
                raise ServerError("It stopped again.")
            time.sleep(0.1)

    def _last_complaint(self) -> str:
        logs = sorted(self.log_dir.glob("*.log"), key=lambda log: log.stat().st_mtime)
        lines = [line for log in logs for line in log.read_text(errors="replace").splitlines()]
        complaints = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
        return complaints[-1] if complaints else "no reason given"

    def _run(self, program: str, *arguments: str | Path) -> None:
        """Run one of the server's own programs, as its user."""
        binaries.run([binaries.for_server(self.data_dir, self.user) / program, *arguments], user=self.user)

    def _write(self, path: Path, text: str) -> None:
        """Write a file as the server's user: where root wrote, that user could have laid a link to a file of root's."""
        binaries.run(["tee", path], user=self.user, text=text)

    def _create_database(self) -> None:
        with self.connect(SUPERUSER, SUPERUSER) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        self.apply_roles(DATABASE)


@contextmanager
def _patience(message: str) -> Iterator[None]:
    """Say what is being waited for, if it takes long."""
    timer = threading.Timer(PATIENCE_SECONDS, print, [message], {"file": sys.stderr, "flush": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
