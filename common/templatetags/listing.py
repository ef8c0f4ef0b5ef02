"""The table of a list."""

from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers

from common.admin.narrowing import Narrowing, narrowings_of
from common.admin.rows import BOX, rows_of

register = template.Library()


@register.inclusion_tag("admin/rows.html")
def rows(changelist: Any) -> dict[str, Any]:
    heads = list(result_headers(changelist))
    has_boxes = BOX in changelist.list_display
    return {"has_boxes": has_boxes, "heads": heads[has_boxes:], "rows": rows_of(changelist)}


@register.simple_tag
def narrowings(changelist: Any) -> list[Narrowing]:
    return list(narrowings_of(changelist))
