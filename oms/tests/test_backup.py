"""A backup is whole or not there; a restore never risks what is there, and the event log goes on in order."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oms.database import ServerError, dumps
from oms.tests.scratch import Installation, installation

PLACE = """
import os
from customers.tests.factories import CustomerFactory
from orders.tests.factories import OrderFactory
from products.tests.factories import ProductFactory
for factory in (CustomerFactory, ProductFactory):
    factory.reset_sequence(os.getpid())  # each process would begin with the same e-mail address and SKU
print(OrderFactory().pk)
"""
# The whole log as a consumer reads it, and whether this cluster can read it at all.
READ = """
import json
from events.services import START, log_is_readable, position_of, read_after
events = read_after(START, limit=1000)
print(json.dumps({"events": [[*position_of(e), e.type] for e in events], "readable": log_is_readable()}))
"""
COUNT = "SELECT count(*) FROM orders"


@pytest.fixture(scope="module")
def shop() -> Iterator[Installation]:
    """With some orders, and transaction ids far beyond those of a fresh cluster."""
    with installation() as made:
        made.do("migrate", "--verbosity=0")
        made.run_code(PLACE)
        with made.cluster.connect("oms_migration") as connection:
            for _ in range(1_000):
                connection.execute("SELECT pg_current_xact_id()")
        made.run_code(PLACE)
        yield made


@pytest.fixture(scope="module")
def copy(shop: Installation) -> Path:
    path = shop.data_dir / "copy.dump"
    shop.do("db", "backup", path)
    return path


def orders(place: Installation) -> int:
    with place.cluster.connect() as connection:
        (number,) = connection.execute(COUNT).fetchone() or (0,)
    return int(number)


def log(place: Installation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(place.run_code(READ))
    return found


def test_only_its_owner_reads_a_backup(copy: Path) -> None:
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_failed_backup_leaves_the_one_before_and_nothing_else(shop: Installation, tmp_path: Path) -> None:
    path = tmp_path / "copy.dump"
    path.write_text("yesterday's")

    with pytest.raises(ServerError, match="pg_dump failed"):
        dumps.backup(path, address=[shop.cluster.url(database="nowhere")], variables={})

    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("copy.dump", "yesterday's")]


@pytest.mark.parametrize("arguments", [["backup"], ["restore", "a", "b"], ["status", "a"]])
def test_a_slip_of_the_hand_is_a_line_and_status_two(shop: Installation, arguments: list[str]) -> None:
    refused = shop.manage("db", *arguments)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.count("\n") == 1


def test_a_backup_to_where_nothing_can_be_written_is_refused(shop: Installation) -> None:
    for path, reason in (("/nowhere/copy.dump", "No such file or directory"), ("/", "Is a directory")):
        refused = shop.manage("db", "backup", path)

        assert (refused.returncode, refused.stderr) == (1, f"CommandError: {path}: {reason}\n")


@pytest.fixture(scope="module")
def fresh(copy: Path) -> Iterator[Installation]:
    """The backup in a new cluster, which has given out few transaction ids yet."""
    with installation() as made:
        made.do("db", "restore", copy)
        yield made


def test_moves_to_a_fresh_cluster_with_a_log_that_goes_on_in_order(fresh: Installation) -> None:
    moved = log(fresh)
    fresh.run_code(PLACE)
    continued = log(fresh)

    kinds = [event[-1] for event in moved["events"]]
    new = continued["events"][len(kinds) :]
    assert moved["readable"] and continued["readable"]
    assert kinds.count("order.placed") == 2
    assert [event[-1] for event in new].count("order.placed") == 1
    assert continued["events"][: len(kinds)] == moved["events"]
    assert ({epoch for epoch, *_ in moved["events"]}, {epoch for epoch, *_ in new}) == ({1}, {2})
    assert continued["events"] == sorted(continued["events"], key=lambda event: event[:3])
    assert "invariants hold" in fresh.do("verify")


def test_control_without_a_new_epoch_the_log_is_hidden(fresh: Installation) -> None:
    whole = log(fresh)
    with fresh.cluster.connect("oms_migration") as connection:
        connection.execute("UPDATE event_epoch SET epoch = 1")
    try:
        hidden = log(fresh)
    finally:
        with fresh.cluster.connect("oms_migration") as connection:
            connection.execute("UPDATE event_epoch SET epoch = 2")

    assert not hidden["readable"]
    assert len(hidden["events"]) < len(whole["events"])


def test_brings_back_what_was_and_keeps_what_is_replaced(shop: Installation, copy: Path) -> None:
    before = orders(shop)
    shop.run_code(PLACE)

    shop.do("db", "restore", copy)

    assert orders(shop) == before
    with shop.cluster.connect("oms_migration", dumps.REPLACED) as connection:
        assert connection.execute(COUNT).fetchone() == (before + 1,)


def test_is_refused_while_somebody_uses_the_database(shop: Installation, copy: Path) -> None:
    with shop.cluster.connect():
        refused = shop.manage("db", "restore", copy)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "in use by 1 connections" in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("keep", [0, 2_000, -1_000])
def test_garbage_leaves_the_data_as_they_were(shop: Installation, copy: Path, tmp_path: Path, keep: int) -> None:
    before = orders(shop)
    broken = tmp_path / "broken.dump"
    broken.write_bytes(copy.read_bytes()[:keep] or b"not a dump at all")

    refused = shop.manage("db", "restore", broken)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert orders(shop) == before
