"""The database connections of the settings: one per role, on the embedded server or on one of your own."""

import os
from typing import Any

from oms import environment
from oms.database.cluster import DATABASE, Cluster
from oms.database.places import data_dir

# As which role each Django alias connects, and which variable names it on a server of your own.
ROLES = {"default": "oms_web", "report": "oms_report", "migration": "oms_migration"}
VARIABLES = {"report": "OMS_REPORT_DATABASE_URL", "migration": "OMS_MIGRATION_DATABASE_URL"}
CONNECT_SECONDS = 5


def is_embedded() -> bool:
    """Whether the system brings its own database server: it does unless DATABASE_URL names another."""
    return not os.environ.get("DATABASE_URL")


def embedded() -> Cluster:
    """The server of this clone."""
    return Cluster(data_dir())


def aliases() -> dict[str, dict[str, Any]]:
    """Django's DATABASES. In tests every alias is the one test database."""
    databases = {alias: {**_address(alias), **_manners()} for alias in ROLES}
    # Values travel beside the statement, so that the statements of an act can be prepared (see transactions.run).
    databases["default"]["OPTIONS"] = {"server_side_binding": True, **databases["default"]["OPTIONS"]}
    for alias in VARIABLES:
        databases[alias]["TEST"] = {"MIRROR": "default"}
    return databases


def _address(alias: str) -> dict[str, Any]:
    if is_embedded():
        where = {"NAME": DATABASE, "USER": ROLES[alias], "HOST": str(embedded().socket_dir), "PORT": "5432"}
        return {"ENGINE": "django.db.backends.postgresql", **where, "OPTIONS": {}}
    name = VARIABLES.get(alias, "DATABASE_URL")
    address = environment.database_url(name if os.environ.get(name) else "DATABASE_URL")
    # A server that does not answer is an error after some seconds, not a request that hangs.
    return {**address, "OPTIONS": {"connect_timeout": CONNECT_SECONDS, **address.get("OPTIONS", {})}}


def _manners() -> dict[str, Any]:
    return {
        # Connections are kept, and tried before use: a restart of the database then costs no request.
        "CONN_MAX_AGE": environment.number("OMS_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        # A pooler in transaction mode cannot keep a cursor open between two transactions.
        "DISABLE_SERVER_SIDE_CURSORS": environment.flag("OMS_DISABLE_SERVER_SIDE_CURSORS", default=False),
    }
