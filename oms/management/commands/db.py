"""Looks after the database server which the system brings along, and copies of the data."""

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import connections
from django.db.backends.postgresql.client import DatabaseClient

from common.commands import FAILED, USAGE, OperatorCommand
from events import services as events
from oms import database
from oms.database import binaries, dumps

ALIASES = {"web": "default", "report": "report", "migration": "migration"}
ACTS = ("start", "stop", "status", "psql", "backup", "restore")


class Command(OperatorCommand):
    help = "Start or stop the embedded database server, look at it, copy its data to a file or back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=ACTS)
        parser.add_argument("arguments", nargs="*", help="FILE of backup and restore; after --, arguments of psql")
        # Looking is what psql is mostly for, and a slip of the hand then changes nothing.
        parser.add_argument(
            "--role", choices=ALIASES, default="report", help="before psql: whose rights it has (report reads only)"
        )

    def handle(self, *args: Any, act: str, arguments: list[str], **options: Any) -> None:
        try:
            match act:
                case "psql":
                    psql(ALIASES[options["role"]], arguments)
                case "backup":
                    self.backup(_file(arguments))
                case "restore":
                    self.restore(_file(arguments))
                case _:
                    _expect(arguments, 0)
                    {"start": self.start, "stop": self.stop, "status": self.status}[act](embedded())
        except database.ServerError as error:
            raise CommandError(str(error), returncode=FAILED) from error

    def start(self, cluster: database.Cluster) -> None:
        cluster.start()
        self.stdout.write(f"running, process {cluster.pid()}, data in {cluster.data_dir}")

    def stop(self, cluster: database.Cluster) -> None:
        self.stdout.write("stopped" if cluster.stop() else "was not running")

    def status(self, cluster: database.Cluster) -> None:
        if not cluster.is_running():
            self.stdout.write(f"not running, data in {cluster.data_dir}")
            sys.exit(FAILED)
        with cluster.connect() as connection:
            question = "SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))"
            version, size = connection.execute(question).fetchone() or ("", "")
        self.stdout.write(
            f"running, process {cluster.pid()}, PostgreSQL {version}, {size}\n"
            f"data in {cluster.data_dir}\nlogs in {cluster.log_dir}\n{cluster.url()}"
        )

    def backup(self, path: Path) -> None:
        database.ensure_running()
        address, variables = _address("migration", [])
        dumps.backup(path, address=address, variables=variables)
        self.stderr.write(f"wrote {path} ({path.stat().st_size:,} bytes)")

    def restore(self, path: Path) -> None:
        cluster = embedded()
        with path.open("rb"):
            database.ensure_running()
        connections.close_all()
        dumps.restore(cluster, path, settle=settle)
        self.stderr.write(f"restored; what was there before is kept as database {dumps.REPLACED} until the next time")


def embedded() -> database.Cluster:
    if not database.is_embedded():
        raise CommandError("DATABASE_URL is set: that server is not ours to start, stop or replace.", returncode=USAGE)
    return database.embedded()


def psql(alias: str, arguments: list[str]) -> None:
    """Become psql, so that the terminal and its signals are psql's."""
    database.ensure_running()
    address, variables = _address(alias, arguments)
    program = binaries.installed() / "psql"
    os.execve(program, ["psql", *address], binaries.environment() | variables)  # noqa: S606 - nothing for a shell to do


def settle(name: str) -> None:
    """Bring restored data to the present schema, and start a new epoch of the event log.

    Transaction ids mean something only in the cluster that gave them out: without that the fence would hide events.
    """
    connection = connections["migration"]
    present = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
        events.rebase()
    finally:
        connection.close()
        connection.settings_dict["NAME"] = present


def _address(alias: str, arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Which database, as the client programs take it; the password travels in the environment, unseen by `ps`."""
    command, variables = DatabaseClient.settings_to_cmd_args_env(connections[alias].settings_dict, arguments)
    return command[1:], variables or {}


def _file(arguments: list[str]) -> Path:
    _expect(arguments, 1)
    return Path(arguments[0])


def _expect(arguments: list[str], number: int) -> None:
    if len(arguments) != number:
        raise CommandError("expected one FILE" if number else f"what is {arguments[0]!r}?", returncode=USAGE)
