"""Keeping the rollups: the worker adds what the next events of the log say."""

from dataclasses import dataclass
from functools import partial

from django.db import connection

from common.transactions import run
from events.services import IN_BATCH, START, Batch, consume, hold_consumer
from reporting.folding import FIGURES, FOLD
from reporting.models import RollupZone

CONSUMER = "sales-rollups"
BATCH = 5_000  # events

# Up to where in the log the rollups say everything.
PLACE = f"""
    (SELECT epoch, xid, position FROM event_cursors WHERE consumer = '{CONSUMER}'
     UNION ALL SELECT {START.epoch}, '{START.xid}', {START.position}
     ORDER BY epoch DESC, xid DESC, position DESC LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class Rollup:
    """A table of sums: the columns of its key with their types, and how the fold tells them from `source`."""

    table: str
    source: str
    key: dict[str, str]
    told: tuple[str, ...]

    @property
    def sums(self) -> str:
        """What the fold says, a row for each key."""
        told = ", ".join(f"{told} AS {name}" for told, name in zip(self.told, self.key, strict=True))
        figures = ", ".join(f"sum({figure}) AS {figure}" for figure in FIGURES)
        return f"SELECT {told}, {figures} FROM {self.source} GROUP BY {', '.join(self.told)}"

    @property
    def is_known(self) -> str:
        """The condition for rows that tell of all orders."""
        return "zone IN (SELECT zone FROM rollup_zones WHERE is_whole)" if "zone" in self.key else "true"

    def add(self, rows: str) -> str:
        """The statement that adds rows of key and figures to the table, in their order, lest two deadlock."""
        order = ", ".join(map(str, range(1, len(self.key) + 1)))
        figures = ", ".join(f"{figure} = kept.{figure} + EXCLUDED.{figure}" for figure in FIGURES)
        return f"""
            INSERT INTO {self.table} AS kept ({", ".join((*self.key, *FIGURES))})
            {rows}
            ORDER BY {order}
            ON CONFLICT ({", ".join(self.key)}) DO UPDATE SET {figures}
        """


LOCAL_DAY = "(placed_at AT TIME ZONE zone)::date"
QUARTERS = Rollup(
    table="sales_quarters",
    source="of_order",
    key={"starts_at": "timestamptz"},
    told=("date_bin('15 minutes', placed_at, timestamptz 'epoch')",),
)
DAYS = Rollup(
    table="sales_days",
    source="of_order CROSS JOIN rollup_zones",
    key={"zone": "text", "day": "date"},
    told=("zone", LOCAL_DAY),
)
MONTHS = Rollup(
    table="product_months",
    source="of_line CROSS JOIN rollup_zones",
    key={"zone": "text", "month": "date", "product_id": "bigint"},
    told=("zone", f"date_trunc('month', {LOCAL_DAY}::timestamp)::date", "product_id"),
)
TOTALS = Rollup(table="product_totals", source="of_line", key={"product_id": "bigint"}, told=("product_id",))
ROLLUPS = (QUARTERS, DAYS, MONTHS, TOTALS)

ADD = f"""
    WITH chosen AS (SELECT * FROM events WHERE {IN_BATCH}), {FOLD},
    {", ".join(f"to_{rollup.table} AS ({rollup.add(rollup.sums)})" for rollup in ROLLUPS)}
    SELECT
"""


def advance() -> bool:
    """Add what the next events of the log say, in a transaction of its own. Says whether there is more."""
    return run(partial(consume, CONSUMER, add, at_most=BATCH))


def add(batch: Batch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ADD, batch.values())


def keep_zone(zone: str) -> None:
    """From the next batch on, add to the days and months of this zone, too.

    The worker is held, lest a batch that does not know the zone be counted as one that does.
    """
    hold_consumer(CONSUMER)
    RollupZone.objects.get_or_create(zone=zone, defaults={"is_whole": False})
