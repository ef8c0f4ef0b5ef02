"""Copies of the whole database: written whole or not at all, and brought back without risking what is there."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from oms.database import binaries
from oms.database.cluster import DATABASE, SUPERUSER, Cluster
from oms.database.errors import ServerError

RESTORED, REPLACED = f"{DATABASE}_restored", f"{DATABASE}_replaced"


def backup(path: Path, *, address: Sequence[str], variables: dict[str, str]) -> None:
    """Write a copy to `path`, readable for its owner only: it holds personal data.

    `address` and `variables` say which database, as any client program of PostgreSQL takes them.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        command: list[str | Path] = [binaries.installed() / "pg_dump", "--format=custom", f"--file={draft}", *address]
        binaries.run(command, variables=variables)
        os.fsync(descriptor)
        os.replace(draft, path)
    finally:
        os.close(descriptor)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)


def restore(cluster: Cluster, path: Path, *, settle: Callable[[str], None]) -> None:
    """Replace the data of a server by a copy; `settle` is given the name of the new database before it takes over.

    The copy is brought into a database of its own, which changes places with the present one at the end. Whatever
    fails before, the present data are as they were; after success they are kept under another name.
    Raises ServerError, also while anybody uses the database.
    """
    with cluster.locked():
        _refuse_while_used(cluster)
        with cluster.connect(SUPERUSER, SUPERUSER) as connection:
            connection.execute(_sql("DROP DATABASE IF EXISTS {}", RESTORED))
            connection.execute(_sql("CREATE DATABASE {}", RESTORED))
        # The roles come first: what the owner then makes, the others get their rights to by themselves.
        cluster.apply_roles(RESTORED)
        address = cluster.url("oms_migration", RESTORED)
        options = ["--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={address}"]
        binaries.run([cluster.binary("pg_restore"), *options, path])
        settle(RESTORED)
        with cluster.connect("oms_migration", RESTORED) as connection:
            connection.execute("ANALYZE")
        _swap(cluster)


def _refuse_while_used(cluster: Cluster) -> None:
    with cluster.connect(SUPERUSER, SUPERUSER) as connection:
        rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [DATABASE]).fetchall()
    if rows:
        raise ServerError(f"The database is in use by {len(rows)} connections: stop the web server and the worker.")


def _swap(cluster: Cluster) -> None:
    """Both names change in one transaction, so there is a database at any time."""
    with cluster.connect(SUPERUSER, SUPERUSER) as connection:
        try:
            connection.execute(_sql("DROP DATABASE IF EXISTS {}", REPLACED))
            with connection.transaction():
                connection.execute(_sql("ALTER DATABASE {} RENAME TO {}", DATABASE, REPLACED))
                connection.execute(_sql("ALTER DATABASE {} RENAME TO {}", RESTORED, DATABASE))
        except psycopg.errors.ObjectInUse as error:
            raise ServerError("Somebody began to use the database meanwhile; nothing was changed.") from error


def _sql(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))
