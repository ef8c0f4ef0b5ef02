"""The database connections of the settings: one per role, on the embedded server or on one of your own."""

import os
from typing import Any

import environ

from oms.database.cluster import DATABASE, Cluster
from oms.database.places import data_dir

# As which role each Django alias connects, and which variable names it on a server of your own.
ROLES = {"default": "oms_web", "report": "oms_report", "migration": "oms_migration"}
VARIABLES = {"report": "OMS_REPORT_DATABASE_URL", "migration": "OMS_MIGRATION_DATABASE_URL"}


def is_embedded() -> bool:
    """Whether the system brings its own database server: it does unless DATABASE_URL names another."""
    return not os.environ.get("DATABASE_URL")


def embedded() -> Cluster:
    """The server of this clone."""
    return Cluster(data_dir())


def aliases(env: environ.Env) -> dict[str, dict[str, Any]]:
    """Django's DATABASES. In tests every alias is the one test database."""
    databases = {alias: {**_address(env, alias), **_manners(env)} for alias in ROLES}
    for alias in VARIABLES:
        databases[alias]["TEST"] = {"MIRROR": "default"}
    return databases


def _address(env: environ.Env, alias: str) -> dict[str, Any]:
    if is_embedded():
        address = {"NAME": DATABASE, "USER": ROLES[alias], "HOST": str(embedded().socket_dir), "PORT": "5432"}
        return {"ENGINE": "django.db.backends.postgresql", **address, "OPTIONS": {}}
    address = env.db_url(VARIABLES.get(alias, "DATABASE_URL"), default=os.environ["DATABASE_URL"])
    return {"OPTIONS": {}, **address}


def _manners(env: environ.Env) -> dict[str, Any]:
    return {
        # Connections are kept, and tried before use: a restart of the database then costs no request.
        "CONN_MAX_AGE": env.int("OMS_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        # A pooler in transaction mode cannot keep a cursor open between two transactions.
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("OMS_DISABLE_SERVER_SIDE_CURSORS", default=False),
    }
