"""Real races: threads that begin together, each with a database connection of its own.

A race is only worth its control: the same acts with the protection taken away must break. So that the control does
not depend on luck, the racers meet in the middle of their acts, between look and write. Where the protection holds,
the second never gets there while the first is waiting, and the first goes on alone when its patience ends.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from common import refusals


class Meeting:
    """A place in the middle of an act where racers wait for one another, or give up waiting."""

    def __init__(self, parties: int = 2, patience: float = 0.25) -> None:
        self.barrier = threading.Barrier(parties)
        self.patience = patience

    def wait(self) -> None:
        try:
            self.barrier.wait(self.patience)
        except threading.BrokenBarrierError:
            return


def meet_after(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, meeting: Meeting) -> None:
    """Let whoever has called the function `name` of a module or class wait at the meeting before going on."""
    original = getattr(owner, name)

    def and_meet(*args: Any, **kwargs: Any) -> Any:
        outcome = original(*args, **kwargs)
        meeting.wait()
        return outcome

    monkeypatch.setattr(owner, name, and_meet)


def watch_states(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQLSTATE of every database error that `run` meets from now on."""
    states: list[str] = []
    original = refusals.sqlstate

    def noted(error: BaseException) -> str:
        states.append(original(error))
        return states[-1]

    monkeypatch.setattr(refusals, "sqlstate", noted)
    return states


def codes(outcomes: list[Any]) -> list[str]:
    """How the racers fared: "done", or the code of the refusal (the class of an unexpected error)."""
    return sorted(
        getattr(outcome, "code", type(outcome).__name__) if isinstance(outcome, Exception) else "done"
        for outcome in outcomes
    )


def race(*acts: Callable[[], Any]) -> list[Any]:
    """Do all acts at once; what each returned, or the exception it raised, in the order given."""
    start = threading.Barrier(len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def racer(place: int) -> None:
        try:
            start.wait(30)
            outcomes[place] = acts[place]()
        except Exception as error:  # noqa: BLE001 - the outcome of a race may well be a refusal
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=racer, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "a racer hangs"
    return outcomes
