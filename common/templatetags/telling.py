"""How a change is told on a page."""

from typing import Any

from django import template

from common import money
from common.addresses import in_one_line, lines_of

register = template.Library()
NAMES = {"sku": "SKU", "email": "E-mail", "is_active": "Is sold"}


@register.filter
def field_name(name: str) -> str:
    """Price for price_cents, First name for first_name."""
    return NAMES.get(name, name.removesuffix("_cents").replace("_", " ").capitalize())


@register.filter
def field_value(value: Any, name: str) -> str:
    """A value of a field in words; amounts in the currency."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return one_line(value)
    return money.shown(value) if name.endswith("_cents") and isinstance(value, int) else str(value)


@register.filter
def one_line(address: Any) -> str:
    return in_one_line(address)


@register.filter
def in_lines(address: Any) -> str:
    return "\n".join(lines_of(address))


@register.filter
def as_money(cents: int) -> str:
    return money.shown(cents)


@register.filter
def signed(number: int) -> str:
    return f"{number:+d}"


@register.filter
def line_changes(entry: Any) -> list[tuple[str, int | None, int | None]]:
    """Of an event with lines, each SKU whose quantity changed, with the old and the new quantity."""
    old, new = (quantities(entry.payload.get(name, ())) for name in ("old_items", "items"))
    return [(sku, old.get(sku), new.get(sku)) for sku in {**old, **new} if old.get(sku) != new.get(sku)]


def quantities(lines: Any) -> dict[str, int]:
    return {line["sku"]: line["quantity"] for line in lines}
