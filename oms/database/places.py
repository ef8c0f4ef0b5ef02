"""Where a clone keeps what is its own: database, secrets, logs. One private directory, never in the clone itself."""

import hashlib
import os
import pwd
import re
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from oms.database.errors import ServerError

BASE_DIR = Path(__file__).resolve().parent.parent.parent
LOCK_FILE = "oms.lock"
SOCKET = ".s.PGSQL.5432"
# Linux allows 107 bytes, macOS and BSD 103.
SOCKET_PATH_BYTES = 103


def data_dir() -> Path:
    """The directory of this clone's data: OMS_DATA_DIR (relative to the clone) or one named after the clone's path."""
    chosen = os.environ.get("OMS_DATA_DIR")
    if chosen:
        return BASE_DIR / Path(chosen).expanduser()
    name = re.sub(r"[^A-Za-z0-9._-]", "-", BASE_DIR.name)
    return _state_home() / "oms" / f"{name}-{short_hash(BASE_DIR)}"


def _state_home() -> Path:
    if os.geteuid() == 0:
        # Root's own home is closed to the unprivileged user as whom the server runs.
        return Path("/var/lib")
    chosen = Path(os.environ.get("XDG_STATE_HOME", ""))
    try:
        return chosen if chosen.is_absolute() else Path("~/.local/state").expanduser()
    except RuntimeError as error:
        raise ServerError("There is no home directory to keep data in: set OMS_DATA_DIR.") from error


def short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]


def create(directory: Path) -> None:
    """Make a data directory that only its owner can enter. Raises ServerError if it is somebody else's."""
    lock = directory / LOCK_FILE
    try:
        if lock.exists():
            return
        _make_way_to(directory)
        directory.mkdir(mode=0o700, exist_ok=True)
        # OMS_DATA_DIR=/tmp is a slip: closing that directory to others, as is done below, would be a disaster.
        if any(directory.iterdir()) and not lock.exists():
            raise ServerError(f"{directory} is not empty and not a data directory of this system: choose another.")
        directory.chmod(0o700)
        lock.touch(mode=0o600)
    except OSError as error:
        raise ServerError(f"Cannot keep data in {directory} ({error.strerror}): set OMS_DATA_DIR.") from error


def _make_way_to(directory: Path) -> None:
    """Make what is missing of the way; root's server runs as another user, who must pass whatever root's umask is."""
    for parent in reversed(directory.parents):
        if not parent.exists():
            parent.mkdir(exist_ok=True)
            if os.geteuid() == 0:
                parent.chmod(0o711)


def kept_secret(name: str, make: Callable[[], str]) -> str:
    """A secret that is made once and then kept, readable for its owner only."""
    directory = data_dir()
    create(directory)
    path = directory / name
    try:
        if not path.exists():
            _write_once(path, make())
        return path.read_text()
    except OSError as error:
        raise ServerError(f"Cannot keep a secret in {path} ({error.strerror}): set OMS_DATA_DIR.") from error


def renew_secret(name: str, secret: str) -> None:
    """Keep another secret in place of one that has become useless."""
    (data_dir() / name).unlink(missing_ok=True)
    kept_secret(name, lambda: secret)


def _write_once(path: Path, text: str) -> None:
    """Write beside, then link: unlike a rename, a link leaves alone the file of one who was faster."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave it under its name and empty
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)


def make_private(directory: Path, owner: pwd.struct_passwd) -> None:
    """Make a directory for `owner` alone. Raises ServerError if it is there and is not."""
    directory.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(directory, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    verify_private(directory, owner)


def verify_private(directory: Path, owner: pwd.struct_passwd) -> None:
    """Raises ServerError unless only `owner` can enter: in a shared place, another may have been there first."""
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.pw_uid or found.st_mode & 0o077:
        raise ServerError(f"{directory} must be a directory that only {owner.pw_name} can enter: move it away.")


def socket_dir(directory: Path) -> Path:
    """Where the server of a data directory listens: inside, or in a private short place when that is too deep."""
    inside = directory / "run"
    if len(os.fsencode(inside / SOCKET)) <= SOCKET_PATH_BYTES:
        return inside
    # Not the system's own choice of temporary directory: that may differ between two logins of the same user.
    return Path(f"/tmp/oms-{short_hash(directory)}")  # noqa: S108 - its owner is verified before every use
