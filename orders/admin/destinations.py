"""Where goods and invoice of a new order go: the customer's default, another of their address book, or one typed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.forms.widgets import Script

from common.addresses import Address, in_one_line
from common.admin.addresses import AddressField, AddressWidget
from customers.models import Customer, CustomerAddress
from orders.services import Addresses

DEFAULT, SAME, TYPED, NONE = "", "same", "typed", "none"
MOST_OFFERED = 100
WORDS = {"shipping": "Goods go to", "billing": "Invoice goes to"}

Book = Sequence[CustomerAddress]
Kept = tuple[Address, dict[str, bool]]  # an address, and what it is to be the default for


@dataclass(frozen=True, slots=True)
class Destination:
    """What was chosen: one of the words above, or the id of an entry of the address book."""

    to: str
    typed: Address | None = None
    is_kept: bool = False


def book_of(customer: Customer) -> list[CustomerAddress]:
    """What a customer's address book offers, an alias's that of whom it was merged into.

    The defaults come first; of very many others the newest.
    """
    entries = CustomerAddress.objects.filter(customer=customer.merged_into_id or customer.pk)
    entries = entries.order_by("-is_default_shipping", "-is_default_billing", "-pk")
    return list(entries[:MOST_OFFERED])


def default_of(book: Book, purpose: str) -> CustomerAddress | None:
    return next((entry for entry in book if purpose in entry.purposes), None)


def offered(book: Book) -> list[dict[str, Any]]:
    """The address book as the page shows it."""
    return [{"id": str(entry.pk), "text": text_of(entry), "default_for": entry.purposes} for entry in book]


def text_of(entry: CustomerAddress) -> str:
    return in_one_line(entry.address.as_json())


class DestinationWidget(AddressWidget):
    """A list of what can be chosen, and the parts of an address for who types one."""

    template_name = "admin/orders/destination.html"
    book: Book = ()
    may_keep = False

    class Media:
        js = (Script("orders/destinations.js", defer=True),)

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose
        super().__init__()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        typed = super().value_from_datadict(data, files, name)
        return {"to": data.get(f"{name}_to", DEFAULT), "typed": typed, "is_kept": f"{name}_keep" in data}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_to" not in data

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_to"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        shown: Mapping[str, Any] = value or {}
        default = default_of(self.book, self.purpose)
        same = "same" if self.purpose == "billing" else ""
        return {
            "purpose": self.purpose,
            "to": shown.get("to", SAME if same and default is None else DEFAULT),
            "same": same,
            "default": text_of(default) if default else "",
            "offered": offered(self.book),
            "is_kept": shown.get("is_kept", False),
            "may_keep": self.may_keep,
            **super().get_context(name, shown.get("typed"), attrs),
        }


class DestinationField(AddressField):
    default_error_messages: ClassVar = {"blank": "Type the address, or choose another."}

    def __init__(self, purpose: str) -> None:
        super().__init__(required=False, label=WORDS[purpose], widget=DestinationWidget(purpose))

    def to_python(self, value: Any) -> Destination:  # type: ignore[override]  # more than an address alone
        if value["to"] != TYPED:
            return Destination(value["to"])
        typed = super().to_python(value["typed"])
        if typed is None:
            raise ValidationError(self.error_messages["blank"])
        return Destination(TYPED, typed, value["is_kept"])


def unknown(destination: Destination, book: Book) -> bool:
    """Whether it is none of what can be chosen, such as an entry that was removed meanwhile or is somebody else's."""
    return destination.to not in {DEFAULT, SAME, TYPED, NONE, *(str(entry.pk) for entry in book)}


def named_addresses(shipping: Destination, billing: Destination, book: Book) -> Addresses:
    """The addresses as placing an order takes them; what is left to the customer's default is not named."""
    if billing.to == SAME:
        both = _address(shipping, "shipping", book)
        return {"shipping_address": both, "billing_address": both}
    chosen = {"shipping": shipping, "billing": billing}
    return {
        f"{purpose}_address": _address(destination, purpose, book)
        for purpose, destination in chosen.items()
        if destination.to != DEFAULT
    }


def _address(destination: Destination, purpose: str, book: Book) -> Address | None:
    if destination.to == TYPED:
        return destination.typed
    if destination.to == DEFAULT:
        default = default_of(book, purpose)
        return default.address if default else None
    return next((entry.address for entry in book if str(entry.pk) == destination.to), None)


def kept_addresses(shipping: Destination, billing: Destination, book: Book) -> Iterator[Kept]:
    """The typed addresses that go into the book, as defaults of what there is no default for yet."""
    for purpose, destination in (("shipping", shipping), ("billing", billing)):
        if not destination.is_kept or destination.typed is None:
            continue
        serves = {purpose, "billing"} if billing.to == SAME else {purpose}
        yield destination.typed, {each: True for each in sorted(serves) if default_of(book, each) is None}
