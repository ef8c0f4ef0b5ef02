"""A plain model of the shop in Python, which knows nothing of the database."""

from dataclasses import dataclass, field

from common.errors import DomainError
from orders.errors import InvalidTransition, OnHold
from products.errors import InsufficientStock, ProductUnavailable

NEXT = {
    ("PENDING", "confirm"): "CONFIRMED",
    ("CONFIRMED", "ship"): "SHIPPED",
    ("SHIPPED", "deliver"): "DELIVERED",
    ("PENDING", "cancel"): "CANCELLED",
    ("CONFIRMED", "cancel"): "CANCELLED",
}
SKUS = ("A", "B", "C")
HOLDS = {"payment": ("confirm", "ship"), "stock": ("ship",)}


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
class Sale:
    """What the model knows of an order: units and agreed price by SKU."""

    pk: int
    lines: dict[str, tuple[int, int]]
    status: str = "PENDING"
    version: int = 1
    city: str | None = None  # that of the shipping address
    holds: dict[str, int] = field(default_factory=dict)  # by kind, the id of the one that is active
    released: list[int] = field(default_factory=list)
    payments: dict[int, list[int]] = field(default_factory=dict)  # by id: what came in, what went back

    @property
    def paid(self) -> int:
        return sum(cents for cents, _ in self.payments.values())

    @property
    def refunded(self) -> int:
        return sum(cents for _, cents in self.payments.values())

    @property
    def payment_state(self) -> str:
        due, net = 0 if self.status == "CANCELLED" else self.total, self.paid - self.refunded
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
        if (self.status, act) not in NEXT:
            return InvalidTransition
        return OnHold if any(act in HOLDS[kind] for kind in self.holds) else None

    def move(self, act: str) -> None:
        self.status, self.version = NEXT[self.status, act], self.version + 1

    def end_hold(self, kind: str) -> None:
        self.released.append(self.holds.pop(kind))

    @property
    def total(self) -> int:
        return sum(units * price for units, price in self.lines.values())


@dataclass
class Model:
    shelves: dict[str, Shelf] = field(default_factory=dict)
    sales: list[Sale] = field(default_factory=list)
    customer_version: int = 1
    city: str | None = None  # that of the customer's default shipping address

    def reserved(self, sku: str) -> int:
        held = (sale for sale in self.sales if sale.is_open())
        return sum(sale.lines[sku][0] for sale in held if sku in sale.lines)

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
