"""kill -9 in the middle of orders: what was acknowledged is there, nothing is half-written, a key is one order.

Everything here is real: `manage.py serve` on a scratch cluster, clients over HTTP, SIGKILL.
"""

import re
from collections.abc import Iterator

import pytest

from oms import leash
from oms.database.processes import await_end
from oms.tests.clients import Clients
from oms.tests.scratch import Installation, Served, installation, kill, serving

CLIENTS, EACH = 4, 25
STOCK = """
from customers.tests.factories import CustomerFactory
from products.tests.factories import ProductFactory
print(CustomerFactory().pk, ProductFactory(stock_quantity=1_000_000).pk)
"""


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with installation() as place, serving(place) as running:
        yield running


@pytest.fixture(scope="module")
def shelf(served: Served) -> tuple[int, int]:
    """A customer, and a product of which there is enough."""
    customer, product = served.place.run_code(STOCK).split()
    return int(customer), int(product)


@pytest.fixture
def clients(served: Served, shelf: tuple[int, int], request: pytest.FixtureRequest) -> Clients:
    return Clients(served.port, served.token, *shelf, prefix=request.node.name)


def kill_web_server(served: Served) -> None:
    kill([each for each in served.process.children(recursive=True) if "granian" in each.cmdline()])


def lost(clients: Clients, place: Installation) -> list[int]:
    """Orders that a client was told of and that are not there."""
    told = [order["id"] for order in clients.orders()]
    with place.cluster.connect() as connection:
        rows = connection.execute("SELECT id FROM orders WHERE id = ANY(%s)", [told]).fetchall()
    return sorted(set(told) - {number for (number,) in rows})


def placed(clients: Clients, place: Installation) -> int:
    """How many orders the clients' keys have made."""
    with place.cluster.connect() as connection:
        (number,) = connection.execute("SELECT count(*) FROM orders").fetchone() or (0,)
    return int(number)


def assert_exactly_once(clients: Clients, place: Installation, *, before: int) -> None:
    assert {status for status, _ in clients.answers.values()} == {201}
    assert clients.asked_again, "nothing was interrupted: the crash came too late"
    assert lost(clients, place) == []
    assert placed(clients, place) == before + CLIENTS * EACH
    assert {key: clients.place(key) for key in clients.answers} == clients.answers
    assert placed(clients, place) == before + CLIENTS * EACH
    assert "invariants hold" in place.do("verify")


def test_a_killed_web_server_loses_and_repeats_nothing(served: Served, clients: Clients) -> None:
    before = placed(clients, served.place)

    clients.place_many(clients=CLIENTS, each=EACH, meanwhile=lambda: kill_web_server(served))

    assert_exactly_once(clients, served.place, before=before)


def test_a_killed_database_loses_and_repeats_nothing(served: Served, clients: Clients) -> None:
    before = placed(clients, served.place)

    clients.place_many(clients=CLIENTS, each=EACH, meanwhile=served.place.kill_database)

    assert_exactly_once(clients, served.place, before=before)


def test_control_acknowledging_before_it_is_on_disk_loses_orders(served: Served, clients: Clients) -> None:
    with served.place.cluster.connect("postgres", "postgres") as connection:
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("SELECT pg_reload_conf()")

    clients.place_many(clients=1, each=EACH, meanwhile=served.place.kill_database)

    assert lost(clients, served.place)


def test_whatever_is_killed_the_rest_ends_with_it_and_the_next_start_works() -> None:
    with installation() as place:
        with serving(place) as first:
            family = first.process.children(recursive=True)
            kill([first.process])
            place.kill_database()
            assert len(family) >= 4  # the web server with two processes of its own, and the worker
            assert await_end(family, seconds=leash.GRACE_SECONDS + 10)

        with serving(place, port=first.port) as second:
            assert second.password == first.password
            assert second.token == first.token
            assert re.search(r"^\{", second.get("/api/v1/orders/"))
