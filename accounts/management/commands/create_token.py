"""Makes an API token for a person or a service."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from accounts.models import User
from accounts.roles import ROLES
from accounts.scopes import unknown
from accounts.services import create_service, create_token
from common.actors import Actor
from common.commands import USAGE, OperatorCommand
from common.transactions import run


class Command(OperatorCommand):
    help = "Make an API token and print it: the only time that it can be seen."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what the token is for")
        owner = parser.add_mutually_exclusive_group(required=True)
        owner.add_argument("--user", help="user name of the person it acts for")
        owner.add_argument("--service", help="name of the program it acts for; made when it does not exist")
        parser.add_argument("--role", choices=ROLES, help="role given to the service")
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            help="a permission that it may use, such as orders.place_order, or `read`; give it again for another",
        )
        parser.add_argument("--expires", type=expiry, help="a date (2027-01-31) or a number of days (90d)")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(run(lambda: secret_of_new_token(options)))


def secret_of_new_token(options: dict[str, Any]) -> str:
    strange = unknown(options["scope"])
    if strange:
        raise CommandError(f"There is no scope {', '.join(map(repr, strange))}.", returncode=USAGE)
    _, secret = create_token(
        owner(options),
        name=options["name"],
        scopes=options["scope"],
        expires_at=options["expires"],
        actor=Actor.command("create_token"),
    )
    return secret


def owner(options: dict[str, Any]) -> User:
    if options["service"] is not None:
        return create_service(options["service"], role=options["role"])
    if options["role"]:
        raise CommandError("--role goes with --service; a person has the roles of their account.", returncode=USAGE)
    user = User.objects.filter(username=options["user"], is_active=True, is_service=False).first()
    if user is None:
        raise CommandError(f"There is no active user {options['user']!r}.", returncode=USAGE)
    return user


def expiry(text: str) -> datetime:
    """The end of a token's life: a day to come, or so many days from now."""
    try:
        if text.endswith("d"):
            moment = datetime.now(UTC) + timedelta(days=int(text[:-1]))
        else:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=ZoneInfo(settings.OMS_TIME_ZONE))
    except (ValueError, OverflowError):
        raise ArgumentTypeError(f"{text!r} is neither a date nor a number of days such as 90d") from None
    if moment <= datetime.now(UTC):
        raise ArgumentTypeError(f"{text!r} is in the past")
    return moment
