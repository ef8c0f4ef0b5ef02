"""What placing an order of three lines costs: the floor, ours, and the idiomatic way, in one run."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from benchmarks import cpu, floor, load
from benchmarks.counting import statements_of
from benchmarks.database import Stage
from benchmarks.load import Body
from benchmarks.serving import Server, serving

OURS, BASELINE = "benchmarks.settings", "benchmarks.baseline.settings"
WARM_UP_SECONDS = 2


class Plan(NamedTuple):
    """How the run is to be done."""

    seconds: float
    rounds: int
    clients: int
    server: str
    workers: int
    threads: int


class Cost(NamedTuple):
    """What one order cost in one round: milliseconds of processor time, and how many orders came through."""

    web_ms: float
    postgres_ms: float | None
    orders_per_second: float

    @property
    def total_ms(self) -> float | None:
        return None if self.postgres_ms is None else self.web_ms + self.postgres_ms


# Places orders for so many seconds; returns how many, and the web side's processor time in seconds.
Placing = Callable[[float], tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to place an order."""

    name: str
    statements: int
    place: Placing


def measure(contenders: Sequence[Contender], plan: Plan) -> dict[str, Cost]:
    """Run all in alternation and take each one's medians, for a busy machine disturbs whoever runs just then."""
    for contender in contenders:
        contender.place(WARM_UP_SECONDS)
    costs: dict[str, list[Cost]] = {contender.name: [] for contender in contenders}
    for turn in range(plan.rounds):
        for contender in contenders if turn % 2 == 0 else reversed(contenders):
            costs[contender.name].append(_round(contender, plan.seconds))
    return {name: _median(rounds) for name, rounds in costs.items()}


def _round(contender: Contender, seconds: float) -> Cost:
    postgres = cpu.postgres()
    before, began = cpu.seconds_of(postgres) if postgres else 0.0, time.monotonic()
    orders, web = contender.place(seconds)
    lasted = time.monotonic() - began
    after = cpu.seconds_of(postgres) if postgres else 0.0
    return Cost(web / orders * 1000, (after - before) / orders * 1000 if postgres else None, orders / lasted)


def _median(rounds: Sequence[Cost]) -> Cost:
    postgres = [cost.postgres_ms for cost in rounds if cost.postgres_ms is not None]
    return Cost(
        median(cost.web_ms for cost in rounds),
        median(postgres) if postgres else None,
        median(cost.orders_per_second for cost in rounds),
    )


@contextmanager
def contenders(stage: Stage, plan: Plan) -> Iterator[list[Contender]]:
    """All of them, ready to go; their servers stop at the end."""
    ordinary = load.order_of(stage)
    tutorial = load.order_of(stage, product="product", customer="customer")
    with ExitStack() as servers:
        ours, baseline = (
            servers.enter_context(serving(plan.server, settings, workers=plan.workers, threads=plan.threads))
            for settings in (OURS, BASELINE)
        )
        yield [
            *_floor(stage, plan),
            _http("ours", ours, stage, plan, ordinary),
            _http("ours, with Idempotency-Key", ours, stage, plan, ordinary, keyed=True),
            _http("baseline", baseline, stage, plan, tutorial, urls="benchmarks.baseline.urls"),
        ]


def _floor(stage: Stage, plan: Plan) -> list[Contender]:
    program = floor.pgbench()
    if program is None:
        return []

    def place(seconds: float) -> tuple[int, float]:
        return floor.place_for(seconds, program=program, stage=stage, clients=plan.clients)

    return [Contender("floor", floor.STATEMENTS, place)]


def _http(
    name: str,
    server: Server,
    stage: Stage,
    plan: Plan,
    body: Body,
    *,
    keyed: bool = False,
    urls: str = "oms.urls",
) -> Contender:
    def place(seconds: float) -> tuple[int, float]:
        before = cpu.seconds_of(server.process)
        orders = load.place_for(
            seconds, port=server.port, token=stage.token, body=body, clients=plan.clients, keyed=keyed
        )
        return orders, cpu.seconds_of(server.process) - before

    return Contender(name, statements_of(body, stage.token, urls=urls, keyed=keyed), place)
