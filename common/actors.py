"""Who did it: carried as an argument to every service and written into every ledger row and event."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The person, token or command behind a change, with the request it came in.

    `name` reads `user:3`, `token:12` or `command:import_orders`.
    """

    name: str
    request_id: str | None = None

    @classmethod
    def command(cls, name: str) -> "Actor":
        return cls(f"command:{name}")
