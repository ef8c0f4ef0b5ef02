"""Imports orders from a file."""

from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import CommandParser

from common.actors import Actor
from common.api.fields import MOST_QUANTITY
from common.imports.command import ImportCommand
from common.imports.fields import Field, Layout
from common.imports.running import Batch, Stage
from common.imports.staging import Verdict, Window
from common.imports.values import CENTS_IN, email, moment, one_of, price, text, whole_number
from common.transactions import run
from orders.models import Order, Payment
from orders.services.importing import TABLES, import_orders

ACTOR = Actor.command("import_orders")


class Command(ImportCommand):
    help = (
        "Import orders from a CSV file of their lines, which need not stand together. Fields: external_ref, email (of "
        "the customer), sku, quantity, unit_price, created_at, status. Orders whose external_ref is known are skipped."
    )
    tables, nouns = TABLES, "orders"
    reasons = {  # noqa: RUF012 - declared as ClassVar by the class above
        "no_external_ref": "The line does not say which order it belongs to.",
        "no_customer": "The line has no customer.",
        "unknown_customer": "There is no customer with this e-mail.",
        "customer_conflict": "The order's first good line has another customer.",
        "no_sku": "The line has no SKU.",
        "unknown_product": "There is no product with this SKU.",
        "invalid_quantity": "The quantity is not a whole number.",
        "quantity_not_positive": "The quantity is not above zero.",
        "quantity_too_large": "An order has at most 1,000,000 units of a product.",
        "price_conflict": "An earlier line of the order has the product at another price.",
        "invalid_status": "The status is none that an order can have.",
        "status_conflict": "The order's first good line has another status.",
        "total_too_large": "The order's total is beyond what can be stored.",
        "insufficient_stock": "There is not enough stock for the order.",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--prices", choices=CENTS_IN, default="units", help="what prices are in (default units)")
        parser.add_argument(
            "--date-format",
            type=date_format,
            metavar="FORMAT",
            help="as of strptime, such as '%%d.%%m.%%Y %%H:%%M' (default ISO 8601); dates without a zone are "
            "in the business time zone",
        )
        parser.add_argument(
            "--status",
            choices=Order.Status.values,
            help="of all orders, or of those whose line has none when a column is mapped (default PENDING)",
        )
        parser.add_argument(
            "--take-stock",
            action="store_true",
            help="SHIPPED and DELIVERED orders take stock too; PENDING and CONFIRMED ones always do, CANCELLED never",
        )
        parser.add_argument(
            "--paid",
            choices=Payment.Method.values,
            metavar="METHOD",
            help="SHIPPED and DELIVERED orders were paid in full on their date, in this way: "
            f"{', '.join(Payment.Method.values)} (default: no payment is known of, and they are unpaid)",
        )

    def fields(self, options: Mapping[str, Any]) -> Sequence[Field]:
        zone = ZoneInfo(settings.OMS_TIME_ZONE)
        return (
            Field("external_ref", text(empty="no_external_ref"), required=True),
            Field(
                "email",
                email(empty="no_customer", invalid="unknown_customer"),
                required=True,
                aliases=("customer_email",),
            ),
            Field("sku", text(empty="no_sku"), required=True),
            Field("quantity", quantity, required=True),
            Field("unit_price", price(options["prices"]), required=True),
            Field("created_at", moment(options["date_format"], zone)),
            status_field(options),
        )

    def stage(self, layout: Layout, options: Mapping[str, Any]) -> Stage:
        return staged

    def batch(self, options: Mapping[str, Any]) -> Batch:
        # Each batch of a dry run is undone: what it took must be remembered for those that follow.
        promised: Counter[int] = Counter()

        def act(window: Window) -> Verdict:
            how = {"take_stock": options["take_stock"], "paid_by": options["paid"]}
            service = partial(import_orders, window, actor=ACTOR, promised=promised, **how)
            imported = run(service, dry_run=options["dry_run"])
            if options["dry_run"]:
                promised.update(imported.taken)
            return imported.verdict

        return act


quantity = whole_number(
    invalid="invalid_quantity",
    least=1,
    most=MOST_QUANTITY,
    too_small="quantity_not_positive",
    too_large="quantity_too_large",
)


def status_field(options: Mapping[str, Any]) -> Field:
    """What --status says, unless a column is mapped; without either, a column `status` and else PENDING."""
    words = {status.lower(): status for status in Order.Status.values}
    if options["status"] is None:
        return Field("status", one_of(words, invalid="invalid_status"), otherwise=Order.Status.PENDING.value)
    words[""] = options["status"]
    return Field("status", one_of(words, invalid="invalid_status"), otherwise=options["status"], own_column=False)


def staged(values: list[Any]) -> tuple[Any, ...]:
    external_ref, *columns = values
    return (external_ref, 0, *columns)


def date_format(text: str) -> str:
    now = datetime.now(tz=ZoneInfo(settings.OMS_TIME_ZONE))
    try:
        datetime.strptime(now.strftime(text), text)  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date format that can be read") from None
    return text
