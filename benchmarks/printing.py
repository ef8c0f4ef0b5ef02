"""The table of a run and the facts without which its figures are worth nothing."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import psutil
from django.db import connection

from benchmarks.acts import Cost as Act
from benchmarks.placing import Contender, Cost, Plan

HEAD = ("per order of 3 lines", "web ms", "PostgreSQL ms", "total ms", "× floor", "statements", "orders/s")
ACTS_HEAD = ("per request", "web ms", "PostgreSQL ms", "total ms", "× floor", "statements")
BASE = "floor"


def table(contenders: Sequence[Contender], costs: Mapping[str, Cost]) -> str:
    """One line per contender, in Markdown; `× floor` compares the totals."""
    floor = costs[BASE].total_ms if BASE in costs else None
    return columns(HEAD, [_row(contender, costs[contender.name], floor) for contender in contenders])


def acts_table(acts: Sequence[Act], contenders: Sequence[Contender], costs: Mapping[str, Cost]) -> str:
    """One line per kind of request, and those that they are compared with."""
    floor = costs[BASE].total_ms if BASE in costs else None
    beside = [_row(contender, costs[contender.name], floor)[:-1] for contender in contenders]
    rows = [
        (
            act.name,
            _figure(act.web_ms),
            _figure(act.postgres_ms),
            _figure(act.total_ms),
            _figure(act.total_ms / floor if act.total_ms is not None and floor else None),
            str(act.statements),
        )
        for act in acts
    ]
    return columns(ACTS_HEAD, [*((f"{name}: place", *figures) for name, *figures in beside), *rows])


def columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown: a name and figures."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = ["-" * widths[0], *(f"{'-' * (width - 1)}:" for width in widths[1:])]
    return "\n".join(_line(row, widths) for row in (head, rule, *rows))


def _row(contender: Contender, cost: Cost, floor: float | None) -> tuple[str, ...]:
    total = cost.total_ms
    return (
        contender.name,
        _figure(cost.web_ms),
        _figure(cost.postgres_ms),
        _figure(total),
        _figure(total / floor if total is not None and floor else None),
        str(contender.statements),
        f"{cost.orders_per_second:.0f}",
    )


def _figure(value: float | None) -> str:
    return "not seen" if value is None else f"{value:.2f}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return f"| {first[0]:<{first[1]}} | " + " | ".join(f"{cell:>{width}}" for cell, width in others) + " |"


def facts(plan: Plan) -> str:
    """The machine, the versions and the plan of the run."""
    return (
        f"{machine()}, "
        f"{plan.server} {version(plan.server)}: {plan.workers} workers of {plan.threads} threads; "
        f"{plan.clients} clients, medians of {plan.rounds} rounds of {plan.seconds:g} s"
    )


def machine() -> str:
    """What the run ran on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        postgres, fsync = cursor.fetchone() or ("?", "?")
    return (
        f"{psutil.cpu_count()} cores {_processor()}, load {psutil.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}, Django {version('django')}, PostgreSQL {postgres} (fsync {fsync})"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
