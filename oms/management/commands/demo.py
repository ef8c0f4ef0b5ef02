"""Fills an empty system with a shop to try it on."""

import csv
import io
import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, fields
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser
from django.utils import timezone

from common.actors import Actor
from common.commands import OperatorCommand
from common.transactions import run
from customers.models import Customer
from customers.services import add_address, change_customer, create_group
from oms import demo
from orders import services
from orders.models import Order, OrderItem, Payment, Return, units
from products.models import Product

ACTOR = Actor.command("demo")


def pay(order_id: int, *, actor: Actor, percent: int = 100) -> Order:
    """Record a payment of so much of what is due."""
    cents = max(1, Order.objects.get(pk=order_id).due_cents * percent // 100)
    return services.record_payment(order_id, method=Payment.Method.CARD, amount_cents=cents, actor=actor)


def refund(order_id: int, *, actor: Actor) -> Order:
    """Give back the whole of the first payment."""
    payment = Payment.objects.filter(order=order_id).earliest("pk")
    cents = payment.refundable_cents
    return services.refund_payment(order_id, payment.pk, amount_cents=cents, reason="Cancelled", actor=actor)


def tracking(order_id: int) -> services.Tracking:
    number = f"0034043416{order_id:010d}"
    return services.Tracking("DHL", number, f"https://www.dhl.com/track?id={number}")


def ship_tracked(order_id: int, *, actor: Actor) -> Order:
    return services.ship_order(order_id, actor=actor, tracking=tracking(order_id))


def pack(order_id: int, *, actor: Actor) -> Order:
    return services.prepare_shipment(order_id, actor=actor)


def ship_one(order_id: int, *, actor: Actor) -> Order:
    """One unit goes ahead; so the order needs more than that."""
    first = OrderItem.objects.filter(order=order_id).order_by("pk").values_list("pk", flat=True)[0]
    unit = [services.ItemUnits(first, 1)]
    return services.ship_order(order_id, actor=actor, lines=unit, tracking=tracking(order_id))


def give_up_rest(order_id: int, *, actor: Actor) -> Order:
    free = units.free(Order.objects.with_lines().get(pk=order_id))
    rest = [services.ItemUnits(item, quantity) for item, quantity in sorted(free.items())]
    return services.short_close(
        order_id, actor=actor, lines=rest, reason="The maker gave it up", reason_code="discontinued"
    )


def place_again(order_id: int, *, actor: Actor) -> Order:
    """It was cancelled by mistake."""
    return services.duplicate_order(order_id, actor=actor, note="Cancelled by mistake")


def promise(order_id: int, *, actor: Actor) -> Order:
    return services.add_note(order_id, actor=actor, text="We pack it as a gift.", visibility="customer")


def send_back(order_id: int, *, actor: Actor) -> Order:
    """One unit of the first item is on its way back."""
    first = OrderItem.objects.filter(order=order_id).order_by("pk").values_list("pk", flat=True)[0]
    unit = [services.ReturnUnits(first, 1)]
    return services.request_return(
        order_id, actor=actor, lines=unit, reason="The colour is another", reason_code="not_as_described"
    )


def take_back(order_id: int, *, actor: Actor, disposition: str = "restock") -> Order:
    newest = Return.objects.filter(order=order_id).latest("pk")
    return services.receive_return(order_id, newest.pk, actor=actor, disposition=disposition)


def refund_return(order_id: int, *, actor: Actor) -> Order:
    """Give back what was paid for the units that came."""
    order, newest = Order.objects.get(pk=order_id), Return.objects.filter(order=order_id).latest("pk")
    payment = Payment.objects.filter(order=order_id).earliest("pk")
    return services.refund_payment(
        order_id,
        payment.pk,
        amount_cents=order.returned_cents,
        reason=newest.reason,
        return_id=newest.pk,
        actor=actor,
    )


def exchange(order_id: int, *, actor: Actor) -> Order:
    newest = Return.objects.filter(order=order_id).latest("pk")
    return services.exchange_return(order_id, newest.pk, actor=actor)


# How far the newest orders have come, and how many of each: what staff find on their desk in the morning.
CONFIRM, SHIP, DELIVER = services.confirm_order, services.ship_order, services.deliver_order
CANCEL = partial(services.cancel_order, reason="Ordered by mistake", reason_code="mistake")
HALF = partial(pay, percent=50)
PATHS: tuple[tuple[int, Sequence[Callable[..., Order]]], ...] = (
    (19, ()),
    (7, (pay,)),
    (8, (CONFIRM,)),
    (6, (pay, CONFIRM)),
    (5, (pay, CONFIRM, pack)),
    (5, (pay, CONFIRM, ship_one)),
    (2, (HALF, CONFIRM)),
    (7, (pay, CONFIRM, ship_tracked)),
    (4, (pay, CONFIRM, SHIP)),
    (2, (CONFIRM, ship_one, give_up_rest)),
    (2, (HALF, CONFIRM, SHIP)),
    (2, (CONFIRM, SHIP)),
    (5, (CONFIRM, pay, SHIP, DELIVER)),
    (1, (CONFIRM, SHIP, DELIVER)),
    (3, (CONFIRM, pay, SHIP, DELIVER, send_back)),
    (2, (CONFIRM, pay, SHIP, DELIVER, send_back, take_back)),
    (1, (CONFIRM, pay, SHIP, DELIVER, send_back, take_back, refund_return)),
    (1, (CONFIRM, pay, SHIP, DELIVER, send_back, partial(take_back, disposition="write_off"), refund_return)),
    (1, (CONFIRM, pay, SHIP, DELIVER, send_back, exchange)),
    (3, (CANCEL,)),
    (1, (CANCEL, place_again)),
    (1, (promise,)),
    (2, (pay, CANCEL)),
    (1, (pay, CANCEL, refund)),
    (3, (partial(services.place_hold, kind="fraud_review", reason="Three orders from three countries in an hour"),)),
    (2, (CONFIRM, partial(services.place_hold, kind="address", reason="The parcel service knows no such street"))),
    (2, (CONFIRM, partial(services.place_hold, kind="customer_request", reason="On holiday until the 20th"))),
)


class Command(OperatorCommand):
    help = "Fill an empty system with a shop: products, customers and some months of orders. The same each time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="say nothing when there is nothing to do")

    def handle(self, *args: Any, **options: Any) -> None:
        if Product.objects.exists():
            if not options["quiet"]:
                self.stdout.write("There are products already; nothing was added.")
            return
        with tempfile.TemporaryDirectory() as folder:
            import_past(Path(folder))
        add_groups()
        add_addresses()
        place_new()
        self.stdout.write(
            f"Made {Product.objects.count()} products, {Customer.objects.count()} customers "
            f"and {Order.objects.count()} orders."
        )


def import_past(folder: Path) -> None:
    """The past goes the way any shop's past would: through the import commands, with its dates."""
    now = timezone.now()
    for command, kind, rows in (
        ("import_products", demo.DemoProduct, demo.products()),
        ("import_customers", demo.DemoCustomer, demo.customers()),
        ("import_orders", demo.DemoLine, demo.past_lines(now)),
    ):
        path = folder / f"{command}.csv"
        columns = [field.name for field in fields(kind)]
        write_csv(path, columns, (astuple(row) for row in rows))
        maps = [f"{column.removesuffix('_cents')}={column}" for column in columns]
        options = {} if command == "import_customers" else {"prices": "cents"}
        options |= {"paid": "card"} if command == "import_orders" else {}
        call_command(command, str(path), map=maps, stdout=io.StringIO(), **options)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def add_groups() -> None:
    ids = dict(Customer.objects.values_list("email", "pk"))
    groups = {
        name: run(partial(create_group, name=name, description=description, actor=ACTOR)).pk
        for name, description in demo.GROUPS.items()
    }
    for email, group in demo.members():
        run(partial(change_customer, ids[email], group_id=groups[group], actor=ACTOR))


def add_addresses() -> None:
    """What came before address books has no address; the orders placed from now on copy theirs."""
    ids = dict(Customer.objects.values_list("email", "pk"))
    for entry in demo.entries():
        defaults = dict.fromkeys(entry.purposes, True)
        act = partial(add_address, ids[entry.customer_email], address=entry.address, defaults=defaults, actor=ACTOR)
        run(act)


def place_new() -> None:
    """The last hundred orders are placed and moved on like any other, and take stock."""
    dice = random.Random(demo.SEED + 3)
    customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    stocked = list(Product.objects.filter(stock_quantity__gte=20).order_by("pk").values_list("pk", flat=True))
    for count, acts in PATHS:
        for _ in range(count):
            chosen = dice.sample(stocked, dice.randint(1, 4))
            lines = [services.Line(quantity=dice.randint(2, 4), product_id=product) for product in chosen]
            place_and_move(dice.choice(customers), lines, acts)


def place_and_move(customer_id: int, lines: list[services.Line], acts: Sequence[Callable[..., Order]]) -> None:
    order = run(partial(services.place_order, customer_id=customer_id, lines=lines, actor=ACTOR))
    for act in acts:
        run(partial(act, order.pk, actor=ACTOR))
