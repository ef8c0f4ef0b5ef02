"""Reads the settings of an installation from environment variables; what makes no sense is said, never guessed at.

An empty variable counts as one that is not set: that is what `${NAME:-}` in a compose file makes of it.
"""

import os
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from common.zones import is_zone

TRUE, FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
POSTGRESQL = {"postgres", "postgresql"}


def text(name: str, default: str | None = None) -> str:
    """Raises ImproperlyConfigured if there is neither a value nor a default."""
    value = os.environ.get(name) or default
    if value is None:
        raise ImproperlyConfigured(f"{name} must be set: see docs/operations.md.")
    return value


def words(name: str, default: list[str]) -> list[str]:
    """A list with commas between its words."""
    value = os.environ.get(name) or ",".join(default)
    return [word.strip() for word in value.split(",") if word.strip()]


def require_hosts() -> None:
    """A command needs no host names; a web server without them would refuse everybody. Raises ImproperlyConfigured."""
    if not settings.ALLOWED_HOSTS:
        text("OMS_ALLOWED_HOSTS")


def flag(name: str, *, default: bool) -> bool:
    value = text(name, str(default)).lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return value in TRUE


def number(name: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
    value = text(name, str(default))
    if not re.fullmatch("[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most:,}, not {value!r}.")
    return int(value)


def choice(name: str, default: str, choices: Iterable[str]) -> str:
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def currency(name: str, default: str) -> str:
    """A currency code (ISO 4217)."""
    value = text(name, default)
    if not re.fullmatch("[A-Z]{3}", value):
        raise ImproperlyConfigured(f"{name} must be a currency code such as EUR, not {value!r}.")
    return value


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    if not is_zone(value):
        raise ImproperlyConfigured(f"{name} must be a time zone such as Europe/Berlin, not {value!r}.")
    return value


def database_url(name: str) -> dict[str, Any]:
    """A database's address as Django takes it. It holds a password, so it is not repeated when it is wrong."""
    try:
        parts = urlsplit(text(name))
        if parts.scheme not in POSTGRESQL or not parts.path.strip("/"):
            raise ValueError
        address: dict[str, Any] = environ.Env.db_url_config(text(name))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must read postgresql://USER:PASSWORD@HOST:5432/NAME.") from error
    # `?host=/run/postgresql` names a socket's directory, which has no place before the path.
    options = address.get("OPTIONS", {})
    return address | {key.upper(): str(options.pop(key)) for key in ("host", "port") if key in options}
