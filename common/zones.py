"""The time zones that Python and the database know by the same names."""

from functools import cache
from zoneinfo import available_timezones

# The machine's own zone, whose name means nothing to another machine.
UNNAMED = {"localtime"}


@cache
def zone_names() -> frozenset[str]:
    """IANA's names; found by walking through files, so once is enough."""
    return frozenset(available_timezones() - UNNAMED)
