"""Proves on the data itself that nothing was oversold, nothing drifted and no event is missing."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from common.commands import DIFFERENT, USAGE, OperatorCommand
from common.errors import NotFound
from oms.verification import Finding, Proof, prove


class Command(OperatorCommand):
    help = "Check every invariant of the data in one snapshot. Exit status 3 when one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
        parser.add_argument("--order", type=int, metavar="ID", help="check only what concerns this order")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            proof = prove(options["order"])
        except NotFound as error:
            raise CommandError(error.detail, returncode=USAGE) from error
        if options["json"]:
            self.stdout.write(json.dumps(as_json(proof), cls=DjangoJSONEncoder, indent=2, ensure_ascii=False))
        else:
            self.stdout.writelines(f"{line}\n" for line in as_lines(proof))
        self.stdout.flush()
        if proof.broken:
            raise CommandError(
                f"{len(proof.broken)} of {len(proof.findings)} invariants are broken.", returncode=DIFFERENT
            )


def as_json(proof: Proof) -> dict[str, Any]:
    return {
        "ok": not proof.broken,
        "checked": proof.checked,
        "invariants": [
            {
                "name": finding.invariant.name,
                "meaning": finding.invariant.meaning,
                "found": finding.found,
                "rows": finding.rows,
            }
            for finding in proof.findings
        ],
    }


def as_lines(proof: Proof) -> list[str]:
    checked = ", ".join(f"{number:,} {name}" for name, number in proof.checked.items())
    lines = [f"Checked {checked}."]
    for finding in proof.findings:
        lines += _as_lines(finding)
    if not proof.broken:
        lines.append(f"All {len(proof.findings)} invariants hold.")
    return lines


def _as_lines(finding: Finding) -> list[str]:
    mark = "BROKEN" if finding.found else "ok    "
    lines = [f"{mark}  {finding.invariant.name}: {finding.invariant.meaning}"]
    lines += ["        " + "  ".join(f"{name}={value}" for name, value in row.items()) for row in finding.rows]
    if finding.found > len(finding.rows):
        lines.append(f"        … and {finding.found - len(finding.rows):,} more")
    return lines
