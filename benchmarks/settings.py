"""The system's own settings, pointed at a database that exists for the benchmark alone."""

from oms.settings import *  # noqa: F403
from oms.settings import DATABASES as OWN
from oms.settings import INSTALLED_APPS as APPS

NAME = "oms_benchmark"

# The owner's connection for all of them: it makes the database, migrates it and serves from it.
MANNERS = {each: OWN["default"].get(each) for each in ("CONN_MAX_AGE", "OPTIONS")}
OWNER = {**OWN["migration"], **MANNERS, "NAME": NAME}
DATABASES = {alias: dict(OWNER) for alias in OWN}

INSTALLED_APPS = ["benchmarks", *APPS]  # for its command

# The servers listen on this machine only and end no TLS.
ALLOWED_HOSTS = ["*"]
SECURE_SSL_REDIRECT = False

# One token stands for all the customers of a shop.
OMS_API_REQUESTS_PER_MINUTE = 0
