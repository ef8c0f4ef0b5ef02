"""The time zones that Python and the database know by the same names, and the years that have days in all of them."""

from zoneinfo import ZoneInfo

# What stands among the zones' files besides IANA's names: the machine's own zone, and the zones once more.
UNNAMED = ("localtime", "posixrules", "posix/", "right/")

# Each moment of these years has a day in every zone. They are wide enough for any books, and narrow enough that a
# format of dates which does not name the year (1900) is noticed.
FIRST_YEAR, LAST_YEAR = 1901, 2999


def is_zone(name: str) -> bool:
    """Whether this is the name of a zone, as IANA spells it (Europe/Berlin)."""
    if name.startswith(UNNAMED):
        return False
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True
