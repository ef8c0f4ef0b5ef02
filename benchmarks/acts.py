"""What each request about an order costs over HTTP: reading it, reading a page of them, and every act."""

import json
import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.db import connection
from django.test import Client

from benchmarks import cpu, load
from benchmarks.database import Stage, create_program_token
from benchmarks.load import ADDRESS, Request
from benchmarks.serving import Server
from common.transactions import run
from orders.models import Order
from products.models import Product

PAGE = 50


class Act(NamedTuple):
    """A kind of request, made once for each of many orders."""

    name: str
    request: Callable[[int], Request]
    keyed: bool = False


class Cost(NamedTuple):
    """Milliseconds of processor time and SQL statements (BEGIN and COMMIT not counted) of one request."""

    name: str
    web_ms: float
    postgres_ms: float | None
    statements: int

    @property
    def total_ms(self) -> float | None:
        return None if self.postgres_ms is None else self.web_ms + self.postgres_ms


def measure(stage: Stage, server: Server, *, orders: int, clients: int) -> list[Cost]:
    """Place so many orders and take all of them through every act, one act after the other."""
    body, chance = load.order_of(stage), random.Random(7)
    token = run(lambda: create_program_token("manager"))

    def place(_: int) -> Request:
        return Request("POST", ADDRESS, body(chance))

    placing = [_cost(act, range(orders), token, server, clients) for act in _placings(place)]
    ids = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    moved, cancelled = ids[:orders], ids[orders : 2 * orders]
    others = list(Product.objects.order_by("pk").values_list("pk", flat=True)[:3])
    acts = [_cost(act, moved, token, server, clients) for act in _acts(others)]
    cancel = Act("cancel", lambda pk: _post(pk, "cancel", {"reason": "changed their mind"}))
    return [*placing, *acts, _cost(cancel, cancelled, token, server, clients)]


def _placings(place: Callable[[int], Request]) -> list[Act]:
    return [Act("place", place), Act("place, with Idempotency-Key", place, keyed=True)]


def _acts(products: Sequence[int]) -> list[Act]:
    """In the order in which one order can go through all of them."""
    items = [{"product_id": product, "quantity": 2} for product in products]
    return [
        Act("an order", lambda pk: Request("GET", f"{ADDRESS}{pk}/")),
        Act(f"a page of {PAGE} orders", lambda pk: Request("GET", f"{ADDRESS}?limit={PAGE}")),
        Act("edit: three lines by three others", lambda pk: Request("PUT", f"{ADDRESS}{pk}/items/", {"items": items})),
        Act("note", lambda pk: _post(pk, "notes", {"text": "Ring twice"})),
        Act("confirm", lambda pk: _post(pk, "confirm", {})),
        Act("ship", lambda pk: _post(pk, "ship", {})),
        Act("deliver", lambda pk: _post(pk, "deliver", {})),
    ]


def _post(pk: int, act: str, body: dict[str, str]) -> Request:
    return Request("POST", f"{ADDRESS}{pk}/{act}/", body)


def _cost(act: Act, ids: Sequence[int], token: str, server: Server, clients: int) -> Cost:
    """The first order's request is made in this process, where its statements can be counted."""
    statements = _statements(act, ids[0], token)
    requests = [act.request(pk) for pk in ids[1:]]
    postgres = cpu.postgres()
    web, database = cpu.seconds_of(server.process), cpu.seconds_of(postgres) if postgres else 0.0
    load.send(requests, port=server.port, token=token, clients=clients, keyed=act.keyed)
    web = (cpu.seconds_of(server.process) - web) / len(requests) * 1000
    if postgres is None:
        return Cost(act.name, web, None, statements)
    return Cost(act.name, web, (cpu.seconds_of(postgres) - database) / len(requests) * 1000, statements)


def _statements(act: Act, pk: int, token: str) -> int:
    counted = 0

    def count(execute: Callable[..., object], *arguments: object) -> object:
        nonlocal counted
        counted += 1
        return execute(*arguments)

    method, address, body = act.request(pk)
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": "counted"} if act.keyed else {})
    Client(headers=headers).get("/api/v1/me/")  # notes that the token was used, which is not the act's
    with connection.execute_wrapper(count):
        answer = Client(headers=headers).generic(method, address, json.dumps(body), content_type="application/json")
    if answer.status_code >= 300:
        raise RuntimeError(f"{method} {address} was answered {answer.status_code}: {answer.content[:300]!r}")
    return counted
