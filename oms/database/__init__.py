"""The database server: your own where DATABASE_URL names one, otherwise one that the system brings and starts itself.

Nothing here starts a server by being imported; settings may be read without one.
"""

import secrets

from oms.database.aliases import aliases, embedded, is_embedded
from oms.database.cluster import Cluster
from oms.database.errors import ServerError
from oms.database.places import data_dir, kept_secret

__all__ = [
    "Cluster",
    "ServerError",
    "aliases",
    "data_dir",
    "embedded",
    "ensure_running",
    "is_embedded",
    "kept_secret",
    "secret_key",
]


def ensure_running() -> None:
    """Have a database server that answers. Costs a few milliseconds when there is one. Raises ServerError if not."""
    if not is_embedded():
        return
    try:
        if not embedded().is_running():
            embedded().start()
    except OSError as error:
        raise ServerError(f"Cannot use {error.filename or data_dir()} ({error.strerror}): set OMS_DATA_DIR.") from error


def secret_key() -> str:
    """The key that signs sessions on somebody's own machine: random, made once, kept beside the data."""
    return kept_secret("secret-key", lambda: secrets.token_urlsafe(50))
