"""Notes beside an order: events of it, whose text is personal data."""

from django.db import models

from events.models import Event
from orders.models.order import AGGREGATE


class NoteVisibility(models.TextChoices):
    """Whom a note is for: the staff alone, or the customer as well, on whose confirmation it is printed."""

    INTERNAL = "internal", "the staff"
    CUSTOMER = "customer", "the customer, too"


NOTED = "order.noted"
MOST_NOTE = 4_000  # characters


def notes_for_customer(order_id: int) -> list[str]:
    """The texts that the customer may read, oldest first, without those that are forgotten."""
    notes = Event.objects.filter(
        aggregatetype=AGGREGATE, aggregateid=order_id, type=NOTED, payload__visibility=NoteVisibility.CUSTOMER.value
    )
    told = notes.exclude(personal=None).order_by("version").values_list("personal__note", flat=True)
    return list(told)
