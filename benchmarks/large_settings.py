"""The benchmark's settings, pointed at the large database, which is kept until it is dropped."""

from benchmarks.settings import *  # noqa: F403
from benchmarks.settings import DATABASES as SMALL

DATABASES = {alias: {**settings, "NAME": "oms_benchmark_large"} for alias, settings in SMALL.items()}

OMS_TIME_ZONE = "Europe/Berlin"  # days of 23 and 25 hours, too
