"""Forgets a customer's personal data, as the law may demand."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.actors import Actor
from common.commands import USAGE, OperatorCommand
from common.transactions import run
from customers.models import Customer
from orders.services import anonymise_customer


class Command(OperatorCommand):
    help = "Remove everything personal of a customer, for good. Their orders stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the customer's e-mail address")
        parser.add_argument("--dry-run", action="store_true", help="do everything and undo it")

    def handle(self, *args: Any, **options: Any) -> None:
        customer = Customer.objects.with_email(options["email"]).first()
        if customer is None:
            raise CommandError(f"There is no customer {options['email']!r}.", returncode=USAGE)
        actor = Actor.command("anonymise_customer")
        run(lambda: anonymise_customer(customer.pk, actor=actor), dry_run=options["dry_run"])
        outcome = "would be" if options["dry_run"] else "is"
        self.stdout.write(f"Customer {customer.pk} {outcome} anonymised.")
