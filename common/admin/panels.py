"""What an app shows on the page of a record of an app to its right."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.safestring import SafeString

Panel = Callable[[HttpRequest, Any], SafeString]

PANELS: dict[type[Model], list[Panel]] = defaultdict(list)


def panel_on(model: type[Model]) -> Callable[[Panel], Panel]:
    """Show what the function makes of the request and the record."""

    def show(panel: Panel) -> Panel:
        PANELS[model].append(panel)
        return panel

    return show
