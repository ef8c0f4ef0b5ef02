"""The commands of docs/api.md, run as they are written against a running server."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from accounts.roles import MANAGER
from accounts.services import create_service, create_token
from common.actors import Actor
from oms.tests.live import served

TOUR = Path(settings.BASE_DIR, "docs", "api.md")
MARK = "=== "


def script() -> tuple[str, list[str]]:
    """The commands, each followed by a mark where the page says what it answers, and what it says."""
    lines = [
        line for block in re.findall(r"```sh\n(.*?)```", TOUR.read_text(), re.DOTALL) for line in block.split("\n")
    ]
    said = [line.removeprefix("# ") for line in lines if line.startswith("# ")]
    return "\n".join(f"echo; echo '{MARK}'" if line.startswith("# ") else line for line in lines), said


@pytest.mark.django_db(transaction=True)
def test_the_tour_goes_as_it_says() -> None:
    commands, said = script()
    service = create_service("tour", role=MANAGER)
    _, token = create_token(service, name="the tour", actor=Actor.command("test"))

    with served() as url:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            env={"PATH": "/usr/bin:/bin", "OMS": url, "TOKEN": token},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    answers = done.stdout.split(MARK)[:-1]
    assert len(answers) == len(said) > 20
    for expected, answer in zip(said, answers, strict=True):
        status, _, shown = expected.partition(" ")
        assert re.search(rf"^{status}$", answer, re.MULTILINE), (expected, answer)
        assert shown.lower() in answer.lower(), (expected, answer)
