#!/usr/bin/env python
"""The door for operators: every command of the system starts here."""

import os
import sys

from django.core.management import execute_from_command_line

from oms import database

# Commands that need no database server; `db` looks after the server itself.
WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "db",
    "diffsettings",
    "help",
    "makemigrations",
    "version",
}


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")
    try:
        if needs_database(arguments[1:]):
            database.ensure_running()
        execute_from_command_line(arguments)
    except database.ServerError as error:
        sys.exit(f"manage.py: {error}")


def needs_database(arguments: list[str]) -> bool:
    asks_for_help = {"-h", "--help", "--version"}.intersection(arguments)
    return bool(arguments) and not asks_for_help and arguments[0] not in WITHOUT_DATABASE


if __name__ == "__main__":
    main(sys.argv)
