"""Looks after the event log."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from common.commands import DIFFERENT, OperatorCommand
from events import services

UNREADABLE = "The log came from another database cluster: run `manage.py events rebase`."


class Command(OperatorCommand):
    help = (
        "lag: how far each consumer of the event log is behind, and whether the log is readable (exit status 3). "
        "rebase: make it readable again after the data were moved into another database cluster."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["lag", "rebase"])
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        if act == "rebase":
            self.rebase(as_json=options["json"])
        else:
            self.lag(as_json=options["json"])

    def rebase(self, *, as_json: bool) -> None:
        epoch = services.rebase()
        self.stdout.write(json.dumps({"epoch": epoch}) if as_json else f"The log is in epoch {epoch} now.")

    def lag(self, *, as_json: bool) -> None:
        readable, lags = services.log_is_readable(), services.lags()
        if as_json:
            found = {"readable": readable, "consumers": [asdict(lag) for lag in lags]}
            self.stdout.write(json.dumps(found, cls=DjangoJSONEncoder, indent=2))
        else:
            self.stdout.writelines(f"{line}\n" for line in in_lines(lags))
        self.stdout.flush()
        if not readable:
            raise CommandError(UNREADABLE, returncode=DIFFERENT)
        if not as_json:
            self.stdout.write("The log is readable.")


def in_lines(lags: list[services.Lag]) -> list[str]:
    if not lags:
        return ["Nobody consumes the log."]
    return [
        f"{lag.consumer}: {lag.behind:,} behind"
        + (f", the oldest of {lag.waiting_since:%Y-%m-%d %H:%M:%S} UTC" if lag.waiting_since else "")
        for lag in lags
    ]
