"""A database for the benchmark, made before it and dropped after it, on the server that the settings name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.core.management import call_command
from django.db import connection, connections

from accounts.services import create_service, create_token
from common.actors import Actor
from common.transactions import run
from customers.services import create_customer
from oms import database
from oms.database.cluster import SUPERUSER
from products.services import create_product

CUSTOMERS, PRODUCTS = 900, 900
PLENTY = 10**9
ACTOR = Actor("command:benchmark")


class Stage(NamedTuple):
    """What the orders are placed with: ids without gaps, three shelves of products, a token of a sales program."""

    first_customer: int
    first_product: int
    token: str

    @property
    def shelf(self) -> int:
        """An order takes one product of each third, so its three lines are different and come in their order."""
        return PRODUCTS // 3


@contextmanager
def fresh_database() -> Iterator[Stage]:
    """The benchmark's database with customers and products made up for it."""
    with empty_database():
        yield run(_fill)


@contextmanager
def empty_database() -> Iterator[None]:
    """Make and in the end drop the benchmark's database; nothing else on the server is touched."""
    recreate()
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        drop()


def recreate() -> None:
    drop()
    _maintain(f"CREATE DATABASE {connection.settings_dict['NAME']} OWNER {connection.settings_dict['USER']}")


def drop() -> None:
    connections.close_all()
    _maintain(f"DROP DATABASE IF EXISTS {connection.settings_dict['NAME']} WITH (FORCE)")


def _maintain(statement: str) -> None:
    """Databases are made by the role that may: on a server of one's own that of the settings."""
    if database.is_embedded():
        with database.embedded().connect(SUPERUSER, SUPERUSER) as server:
            server.execute(statement.encode())
        return
    maintenance = connection.copy()
    maintenance.settings_dict = {**connection.settings_dict, "NAME": "postgres"}
    try:
        with maintenance.cursor() as cursor:
            cursor.execute(statement)
    finally:
        maintenance.close()


def _fill() -> Stage:
    customers = [create_customer(actor=ACTOR, email=f"buyer{number}@example.com").pk for number in range(CUSTOMERS)]
    products = [
        create_product(
            actor=ACTOR,
            sku=f"BENCH-{number:05d}",
            name=f"Article number {number} of the benchmark",
            price_cents=100 + number,
            stock_quantity=PLENTY,
        ).pk
        for number in range(PRODUCTS)
    ]
    return Stage(min(customers), min(products), create_program_token("sales"))


def create_program_token(role: str) -> str:
    """The secret of a token of a program with this role."""
    _, token = create_token(create_service(f"benchmark-{role}", role=role), name="benchmark", actor=ACTOR)
    return token
