"""Programs that place orders, or do something to them, one after another, each over a connection that it keeps."""

import http.client
import json
import random
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from benchmarks.database import CUSTOMERS, Stage

ADDRESS = "/api/v1/orders/"
MOST_UNITS = 5


class Request(NamedTuple):
    method: str
    address: str
    body: dict[str, Any] | None = None


# Makes the body of one order.
Body = Callable[[random.Random], dict[str, Any]]


def order_of(stage: Stage, product: str = "product_id", customer: str = "customer_id") -> Body:
    """Orders of a random customer for one product of each shelf; the two names are those of the body's fields."""

    def body(chance: random.Random) -> dict[str, Any]:
        quantity = chance.randint(1, MOST_UNITS)
        products = [stage.first_product + third * stage.shelf + chance.randrange(stage.shelf) for third in range(3)]
        return {
            customer: stage.first_customer + chance.randrange(CUSTOMERS),
            "items": [{product: number, "quantity": quantity} for number in products],
        }

    return body


def place_for(seconds: float, *, port: int, token: str, body: Body, clients: int, keyed: bool) -> int:
    """Place orders for so long; returns how many were accepted. Raises RuntimeError at any that is not."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(clients) as pool:
        runs = [pool.submit(_client, until, port, token, body, keyed) for _ in range(clients)]
        return sum(run.result() for run in runs)


def send(requests: Sequence[Request], *, port: int, token: str, clients: int, keyed: bool) -> None:
    """Make all these requests. Raises RuntimeError at any that is refused."""
    with ThreadPoolExecutor(clients) as pool:
        shares = [requests[client::clients] for client in range(clients)]
        for run in [pool.submit(_each, share, port, token, keyed) for share in shares]:
            run.result()


def _client(until: float, port: int, token: str, body: Body, keyed: bool) -> int:
    chance = random.Random()
    orders = iter(lambda: time.monotonic() < until, False)
    return _each((Request("POST", ADDRESS, body(chance)) for _ in orders), port, token, keyed)


def _each(requests: Iterable[Request], port: int, token: str, keyed: bool) -> int:
    """Make these requests one after the other over one connection; returns how many there were."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    made = 0
    for method, address, body in requests:
        if keyed:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        connection.request(method, address, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= http.client.MULTIPLE_CHOICES:
            raise RuntimeError(f"{method} {address} was answered {answer.status}: {content[:300]!r}")
        made += 1
    connection.close()
    return made
