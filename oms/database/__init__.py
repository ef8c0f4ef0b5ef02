"""The database server: your own where DATABASE_URL names one, otherwise one that the system brings and starts itself.

Nothing here starts a server by being imported; settings may be read without one.
"""

import secrets
import time

from oms.database.aliases import aliases, embedded, is_embedded
from oms.database.cluster import Cluster
from oms.database.errors import ServerError
from oms.database.places import data_dir, kept_secret, renew_secret

__all__ = [
    "Cluster",
    "ServerError",
    "aliases",
    "data_dir",
    "embedded",
    "ensure_running",
    "is_embedded",
    "is_stopped",
    "kept_secret",
    "renew_secret",
    "revive",
    "secret_key",
]

MOST_FAILURES = 3


def ensure_running() -> None:
    """Have a database server that answers. Costs a few milliseconds when there is one. Raises ServerError if not."""
    if not is_embedded():
        return
    try:
        if not embedded().is_running():
            embedded().start()
    except OSError as error:
        raise ServerError(f"Cannot use {error.filename or data_dir()} ({error.strerror}): set OMS_DATA_DIR.") from error


def revive() -> None:
    """Start the embedded server again if it was killed; one that was told to stop stays stopped.

    Whoever kills it may do so again while it starts. Raises ServerError when it has failed to start three times.
    """
    failures = 0
    while is_embedded() and embedded().was_killed():
        try:
            ensure_running()
        except ServerError:
            failures += 1
            if failures == MOST_FAILURES:
                raise
            time.sleep(1)


def is_stopped() -> bool:
    """Whether the embedded server is not running; of a server of one's own we cannot know."""
    return is_embedded() and embedded().pid() is None


def secret_key() -> str:
    """The key that signs sessions on somebody's own machine: random, made once, kept beside the data."""
    return kept_secret("secret-key", lambda: secrets.token_urlsafe(50))
