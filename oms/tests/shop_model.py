"""A plain model of the shop in Python, which knows nothing of the database."""

from dataclasses import dataclass, field

from common.errors import DomainError
from orders.errors import (
    AlreadyDispatched,
    InvalidTransition,
    LastOpenUnit,
    MoreThanOpen,
    MoreThanShipped,
    NothingOpen,
    NothingToReturn,
    OnHold,
)
from products.errors import InsufficientStock, ProductUnavailable

NEXT = {
    ("PENDING", "confirm"): "CONFIRMED",
    ("CONFIRMED", "ship"): "SHIPPED",
    ("SHIPPED", "deliver"): "DELIVERED",
    ("PENDING", "cancel"): "CANCELLED",
    ("CONFIRMED", "cancel"): "CANCELLED",
}
SKUS = ("A", "B", "C")
SHIPPING = ("ship", "prepare_shipment", "dispatch_shipment")
HOLDS = {"payment": ("confirm", *SHIPPING), "stock": SHIPPING}


@dataclass
class Shelf:
    """What the model knows of a product."""

    pk: int
    stock: int
    price: int
    is_active: bool = True
    version: int = 1
    ledger: int = 1


@dataclass
class Parcel:
    """What the model knows of a shipment: units by SKU."""

    pk: int
    units: dict[str, int]
    status: str = "prepared"

    @property
    def has_left(self) -> bool:
        return self.status in ("dispatched", "delivered")


@dataclass
class SentBack:
    """What the model knows of a return: units by SKU, and by whether they were put back when it came."""

    pk: int
    units: dict[str, int]
    status: str = "requested"
    restocked: bool = False
    exchanged: bool = False


NEXT_OF_PARCEL = {
    ("prepared", "dispatch"): "dispatched",
    ("dispatched", "deliver"): "delivered",
    ("prepared", "void"): "voided",
}


@dataclass
class Sale:
    """What the model knows of an order: units and agreed price by SKU, its shipments, what was short-closed."""

    pk: int
    lines: dict[str, tuple[int, int]]
    status: str = "PENDING"
    version: int = 1
    city: str | None = None  # that of the shipping address
    holds: dict[str, int] = field(default_factory=dict)  # by kind, the id of the one that is active
    released: list[int] = field(default_factory=list)
    payments: dict[int, list[int]] = field(default_factory=dict)  # by id: what came in, what went back
    parcels: list[Parcel] = field(default_factory=list)
    closed: dict[str, int] = field(default_factory=dict)
    returns: list["SentBack"] = field(default_factory=list)

    @property
    def paid(self) -> int:
        return sum(cents for cents, _ in self.payments.values())

    @property
    def refunded(self) -> int:
        return sum(cents for _, cents in self.payments.values())

    @property
    def given_up(self) -> int:
        """What the units are worth that will never come."""
        return sum(units * self.lines[sku][1] for sku, units in self.closed.items())

    @property
    def returned_cents(self) -> int:
        """What the units are worth that came back."""
        came = (each.units for each in self.returns if each.status == "received")
        return sum(count * self.lines[sku][1] for units in came for sku, count in units.items())

    @property
    def due(self) -> int:
        return 0 if self.status == "CANCELLED" else self.total - self.given_up - self.returned_cents

    @property
    def payment_state(self) -> str:
        due, net = self.due, self.paid - self.refunded
        if net == 0 and self.refunded:
            return "refunded"
        if net == due:
            return "paid"
        if net == 0:
            return "unpaid"
        return "partial" if net < due else "overpaid"

    def is_open(self) -> bool:
        return self.status in ("PENDING", "CONFIRMED")

    def refuses(self, act: str) -> type[DomainError] | None:
        """The error that moving it on must give."""
        return InvalidTransition if (self.status, act) not in NEXT else self.held_from(act)

    def held_from(self, act: str) -> type[DomainError] | None:
        return OnHold if any(act in HOLDS[kind] for kind in self.holds) else None

    def move(self, act: str) -> None:
        self.status, self.version = NEXT[self.status, act], self.version + 1

    def end_hold(self, kind: str) -> None:
        self.released.append(self.holds.pop(kind))

    @property
    def total(self) -> int:
        return sum(units * price for units, price in self.lines.values())

    def shipped(self, sku: str) -> int:
        return sum(parcel.units.get(sku, 0) for parcel in self.parcels if parcel.has_left)

    def waiting(self, sku: str) -> int:
        """Units that have not left and are not short-closed."""
        return self.lines[sku][0] - self.closed.get(sku, 0) - self.shipped(sku)

    def free(self, sku: str) -> int:
        packed = sum(parcel.units.get(sku, 0) for parcel in self.parcels if parcel.status == "prepared")
        return self.waiting(sku) - packed

    @property
    def open_units(self) -> int:
        return sum(self.waiting(sku) for sku in self.lines)

    @property
    def has_dispatched(self) -> bool:
        return any(parcel.has_left for parcel in self.parcels)

    @property
    def fulfilment(self) -> str:
        if not self.has_dispatched:
            return "none"
        return "partial" if self.open_units else "complete"

    def returnable(self, sku: str) -> int:
        """Units that have left and are in no return."""
        return self.shipped(sku) - sum(each.units.get(sku, 0) for each in self.returns if each.status != "cancelled")

    @property
    def return_state(self) -> str:
        statuses = {each.status for each in self.returns}
        if "requested" in statuses:
            return "requested"
        if "received" not in statuses:
            return "none"
        return "partial" if any(self.returnable(sku) for sku in self.lines) else "complete"

    def refusal_of_returning(self, part: dict[str, int]) -> type[DomainError] | None:
        if not any(self.returnable(sku) for sku in self.lines):
            return NothingToReturn
        return MoreThanShipped if any(units > self.returnable(sku) for sku, units in part.items()) else None

    def all_free(self) -> dict[str, int]:
        return {sku: self.free(sku) for sku in self.lines if self.free(sku)}

    def refusal_of_units(self, act: str, part: dict[str, int]) -> type[DomainError] | None:
        """The error that putting these units into a shipment must give."""
        if self.status != "CONFIRMED":
            return InvalidTransition
        if act == "prepare_shipment" and not self.all_free():
            return NothingOpen
        return self.held_from(act) or self.refusal_of_more(part)

    def refusal_of_more(self, part: dict[str, int]) -> type[DomainError] | None:
        return MoreThanOpen if any(units > self.free(sku) for sku, units in part.items()) else None

    def refusal_of_moving(self, parcel: Parcel, act: str) -> type[DomainError] | None:
        """The error that an act on a shipment must give."""
        statuses = ("CONFIRMED", "SHIPPED") if act == "deliver" else ("CONFIRMED",)
        if self.status not in statuses:
            return InvalidTransition
        return self.held_from(f"{act}_shipment") or (
            None if (parcel.status, act) in NEXT_OF_PARCEL else InvalidTransition
        )

    def refusal_of_closing(self, part: dict[str, int]) -> type[DomainError] | None:
        if self.status != "CONFIRMED":
            return InvalidTransition
        if not self.all_free():
            return NothingOpen
        if not self.has_dispatched and self.open_units <= 1:
            return LastOpenUnit
        if self.refusal_of_more(part):
            return MoreThanOpen
        return LastOpenUnit if not self.has_dispatched and self.open_units <= sum(part.values()) else None

    def refusal_of_cancelling(self) -> type[DomainError] | None:
        if (self.status, "cancel") not in NEXT:
            return InvalidTransition
        return AlreadyDispatched if self.has_dispatched else None

    def settle(self) -> None:
        """An act was done: one version for it, and one for each move of the status that follows."""
        self.version += 1
        if self.status == "CONFIRMED" and self.fulfilment == "complete":
            self.status, self.version = "SHIPPED", self.version + 1
        live = [parcel for parcel in self.parcels if parcel.status != "voided"]
        if self.status == "SHIPPED" and all(parcel.status == "delivered" for parcel in live):
            self.status, self.version = "DELIVERED", self.version + 1


@dataclass
class Model:
    shelves: dict[str, Shelf] = field(default_factory=dict)
    sales: list[Sale] = field(default_factory=list)
    customer_version: int = 1
    city: str | None = None  # that of the customer's default shipping address

    def reserved(self, sku: str) -> int:
        held = (sale for sale in self.sales if sale.is_open())
        return sum(sale.waiting(sku) for sale in held if sku in sale.lines)

    def refusal(self, basket: dict[str, int], held: dict[str, int]) -> type[DomainError] | None:
        """The error that asking for this basket must give, where `held` is on the order already."""
        more = {sku: units - held.get(sku, 0) for sku, units in basket.items() if units > held.get(sku, 0)}
        if any(not self.shelves[sku].is_active for sku in more):
            return ProductUnavailable
        if any(self.shelves[sku].stock < units for sku, units in more.items()):
            return InsufficientStock
        return None

    def move(self, sku: str, delta: int) -> None:
        if delta:
            self.shelves[sku].stock += delta
            self.shelves[sku].ledger += 1
