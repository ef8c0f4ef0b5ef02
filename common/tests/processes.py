"""Commands as operators run them: processes of their own, on the database of the test."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

MANAGE = Path(settings.BASE_DIR, "manage.py")


def start(*arguments: str, **variables: str) -> subprocess.Popen[str]:
    """`manage.py` with these arguments, running; its output can be read."""
    return subprocess.Popen(
        [sys.executable, MANAGE, *arguments],
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments: str, **variables: str) -> tuple[int, str, str]:
    """Its exit status, and what it said on stdout and stderr."""
    process = start(*arguments, **variables)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def environment(**variables: str) -> dict[str, str]:
    """What a process needs to work on the database of the test."""
    return os.environ | {"DATABASE_URL": _url(), "OMS_SECRET_KEY": "of a test", "OMS_LOG_FORMAT": "line"} | variables


def _url() -> str:
    at = connection.settings_dict
    secret = f":{quote(at['PASSWORD'], safe='')}" if at["PASSWORD"] else ""
    where = urlencode({"host": at["HOST"], "port": at["PORT"] or 5432})  # the host may be a directory
    return f"postgresql://{at['USER']}{secret}@/{at['NAME']}?{where}"
