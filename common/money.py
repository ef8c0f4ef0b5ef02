"""Money as people read and write it; inside, it is integer cents."""

from django.conf import settings


def in_units(cents: int) -> str:
    """12.50 for 1250, exactly and without a currency, as it is typed into a form."""
    return grouped(cents).replace(",", "")


def grouped(cents: int) -> str:
    """1,234.50 for 123450, where the currency stands nearby."""
    sign, cents = "-" * (cents < 0), abs(cents)
    return f"{sign}{cents // 100:,}.{cents % 100:02d}"


def shown(cents: int) -> str:
    """1,234.50 EUR for 123450: the currency stands wherever money does."""
    return f"{grouped(cents)} {settings.OMS_CURRENCY}"
