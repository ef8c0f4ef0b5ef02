#!/usr/bin/env python
"""The door for operators: every command of the system starts here."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError

from oms import database, leash

# Commands that need no database server; `db` and `serve` look after the server themselves.
WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "db",
    "diffsettings",
    "help",
    "makemigrations",
    "serve",
    "spectacular",
    "version",
}


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")
    leash.follow()
    try:
        if needs_database(arguments[1:]):
            database.ensure_running()
        execute_from_command_line(arguments)
    except (ImproperlyConfigured, OperationalError, ProgrammingError, database.ServerError) as error:
        first_line = str(error).strip().partition("\n")[0]
        sys.exit(f"manage.py: {first_line}")
    except KeyboardInterrupt:  # before a command has begun, which has its own answer to it
        sys.stderr.write("manage.py: Interrupted.\n")
        sys.exit(130)


def needs_database(arguments: list[str]) -> bool:
    asks_for_help = {"-h", "--help", "--version"}.intersection(arguments)
    return bool(arguments) and not asks_for_help and arguments[0] not in WITHOUT_DATABASE


if __name__ == "__main__":
    main(sys.argv)
