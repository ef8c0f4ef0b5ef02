"""The time zones that Python and the database know by the same names."""

from zoneinfo import ZoneInfo

# What stands among the zones' files besides IANA's names: the machine's own zone, and the zones once more.
UNNAMED = ("localtime", "posixrules", "posix/", "right/")


def is_zone(name: str) -> bool:
    """Whether this is the name of a zone, as IANA spells it (Europe/Berlin)."""
    if name.startswith(UNNAMED):
        return False
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True
