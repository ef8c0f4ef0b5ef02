"""Fields that several forms of orders have."""

from typing import Any

from django import forms
from django.db.models import TextChoices

from common.admin import LongText
from orders.models import MOST_NOTE


class NoteField(LongText):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": MOST_NOTE, **kwargs})


class ReasonCodeField(forms.ChoiceField):
    """Why, as a code that reports can count; the words say the rest."""

    def __init__(self, reasons: type[TextChoices]) -> None:
        choices = [("", "not said"), *((reason.value, reason.label.capitalize()) for reason in reasons)]
        super().__init__(choices=choices, required=False, label="Kind of reason", help_text="Reports count by it.")
