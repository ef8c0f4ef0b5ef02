"""Looks after the API tokens of everybody."""

import csv
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import ApiToken, User
from accounts.services import revoke_token
from common.actors import Actor
from common.api.fields import MOST_ID
from common.commands import USAGE, OperatorCommand
from common.transactions import run

COLUMNS = "id user name scopes created_at created_by expires_at last_used_at revoked_at revoked_by".split()


class Command(OperatorCommand):
    help = "List the API tokens as CSV, or revoke one, at once and for ever."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["list", "revoke"])
        parser.add_argument("id", nargs="?", type=int, help="of the token to revoke, as `tokens list` shows it")
        parser.add_argument("--user", help="list only the tokens of this person or service")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        if act == "revoke":
            self.revoke(options["id"])
        elif options["id"] is not None:
            raise CommandError("`list` takes no number of a token.", returncode=USAGE)
        else:
            self.show(tokens_of(options["user"]))

    def revoke(self, token_id: int | None) -> None:
        if token_id is None or not 0 < token_id <= MOST_ID:
            raise CommandError("Say which token is to be revoked, by its number.", returncode=USAGE)
        self.show([run(partial(revoke_token, token_id, actor=Actor.command("tokens")))])

    def show(self, tokens: Iterable[ApiToken]) -> None:
        table = csv.writer(self.stdout, lineterminator="\n")
        table.writerows([COLUMNS, *([cell(token, column) for column in COLUMNS] for token in tokens)])


def tokens_of(username: str | None) -> Iterable[ApiToken]:
    tokens = ApiToken.objects.select_related("user").order_by("pk")
    if username is None:
        return tokens
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"There is no user {username!r}.", returncode=USAGE)
    return tokens.filter(user=user)


def cell(token: ApiToken, column: str) -> str:
    value = token.user.username if column == "user" else getattr(token, column)
    if value is None:
        return ""
    if column.endswith("_at"):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return " ".join(value) if column == "scopes" else str(value)
