"""What must always be true of the data, said in a sentence for people and in SQL for the database."""

from dataclasses import dataclass

LOG = "log"  # the subject of what is true of the event log as a whole


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise about the data; `sql` returns one row for each place where it is broken, and none when it holds.

    `subject` is the aggregate type that the promise is about. The SQL takes one parameter, `ids`: those of the
    subject to look at, or null for all.
    """

    name: str
    meaning: str
    subject: str
    sql: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows of a kind were looked at; the SQL takes `ids` as an invariant does."""

    name: str
    subject: str
    sql: str


def only(column: str) -> str:
    """The condition that keeps a statement to the ids it was asked for."""
    return f"(%(ids)s::bigint[] IS NULL OR {column} = ANY(%(ids)s::bigint[]))"
