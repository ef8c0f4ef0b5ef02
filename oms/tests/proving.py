"""`verify` as a test asks it."""

import json
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command


def verify(*arguments: str) -> tuple[dict[str, Any], int]:
    """What `verify --json` says, and its exit status."""
    out, status = StringIO(), 0
    try:
        call_command("verify", "--json", *arguments, stdout=out)
    except CommandError as error:
        status = error.returncode
    return json.loads(out.getvalue()), status


def broken(outcome: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {found["name"]: found["rows"] for found in outcome["invariants"] if found["found"]}
