"""Acts on one of the records beside an order, which is chosen in the form of the act."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django import forms

from common.admin import CreationForm
from orders.admin.acts import OrderAct
from orders.errors import InvalidTransition
from orders.models import Blocker, Order


def units_in_words(number: int) -> str:
    return "1 unit" if number == 1 else f"{number:,} units"


class Which(forms.TypedChoiceField):
    """One of the order's records, in the words that a person knows it by."""

    def __init__(self, words: Callable[[Any], str] = str, **kwargs: Any) -> None:
        self.words = words
        super().__init__(**{"coerce": int, **kwargs})

    def offer(self, records: Iterable[Any]) -> None:
        blank = [] if self.required else [("", "none")]
        self.choices = [*blank, *((record.pk, self.words(record)) for record in records)]


class ChoosingAct(OrderAct):
    """An act on one of the order's records, chosen from those that it is possible with."""

    choice: ClassVar[str]  # the field of the form
    kind: ClassVar[str]  # what they are, in the plural

    @classmethod
    @abstractmethod
    def every(cls, record: Order) -> Iterable[Any]:
        """All records of the kind, whatever became of them."""

    @classmethod
    @abstractmethod
    def possible(cls, record: Order) -> list[Any]:
        """Those that the act is possible with now."""

    @classmethod
    def blockers(cls, record: Order) -> tuple[Blocker, ...]:
        blockers = record.blockers(cls.name)
        if blockers or cls.possible(record):
            return blockers
        return (Blocker(InvalidTransition.code, f"None of its {cls.kind} waits for this."),)

    def form(self, *args: Any, **kwargs: Any) -> CreationForm:
        """Offers what can be chosen now; what comes back may have changed since, or be sent twice."""
        form = super().form(*args, **kwargs)
        choice: Any = form.fields[self.choice]
        choice.offer(self.every(self.record) if args else self.possible(self.record))
        return form
