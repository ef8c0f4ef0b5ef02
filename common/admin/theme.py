"""Where the back-office meets its theme: without it, this would be Django's own class."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the theme brings no types
    from django.contrib.admin import ModelAdmin
else:
    from unfold.admin import ModelAdmin

__all__ = ["ModelAdmin"]
