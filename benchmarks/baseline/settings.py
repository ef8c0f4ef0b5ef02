"""The benchmark's settings with the baseline's addresses in place of the system's."""

from benchmarks.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.baseline.urls"
