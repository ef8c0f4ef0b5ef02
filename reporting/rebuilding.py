"""Proving the rollups against the log, and putting right what differs."""

from functools import partial

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from common.actors import Actor
from common.errors import Busy
from common.sql import one
from common.transactions import run
from events.models import Event
from events.services import Change, append
from reporting.folding import FIGURES, FOLD
from reporting.models import RollupZone
from reporting.rollups import PLACE, ROLLUPS, Rollup, keep_zone

AGGREGATE = "rollups"  # one story, of all of them
OPERATOR = Actor.command("report")


def rebuild(*, actor: Actor = OPERATOR) -> int:
    """Have the rollups say what the log says up to their place in it; returns how many rows of them did not.

    Sums only ever add up, so what a row lacked at one moment can be added to it later, too: worker and writers go on
    meanwhile. The days of a business zone that was not kept before are added in the same way, and are no difference.
    That something differed is an event: reports said something else before, and what was kept of them is out of date.
    Raises Busy while another rebuild is running.
    """
    zone = settings.OMS_TIME_ZONE
    run(partial(keep_zone, zone))
    differences = sum(run(partial(_put_right, rollup, actor=actor)) for rollup in ROLLUPS)
    run(partial(RollupZone.objects.filter(zone=zone).update, is_whole=True))
    return differences


def _put_right(rollup: Rollup, *, actor: Actor) -> int:
    with connection.cursor() as cursor:
        _be_the_only_one(cursor)
        _take_time(cursor)
        cursor.execute(_put_right_sql(rollup))
        (differences,) = one(cursor)
    if differences:
        _tell({"table": rollup.table, "rows": differences}, actor)
    return int(differences)


def _tell(payload: dict[str, object], actor: Actor) -> None:
    version = Event.objects.filter(aggregatetype=AGGREGATE, aggregateid=1).count() + 1
    append(Change(AGGREGATE, 1, version, "rollups.put_right", payload), actor=actor)


def _be_the_only_one(cursor: CursorWrapper) -> None:
    """Two would find the same difference and both add it."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('reporting.rebuild'))")
    if one(cursor) != (True,):
        raise Busy("The rollups are being rebuilt by somebody else.")


def _take_time(cursor: CursorWrapper) -> None:
    """Reading the whole log takes longer than a request may; it is not before the end that anything is written."""
    cursor.execute(
        "SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN ('statement_timeout', 'transaction_timeout')"
    )
    cursor.execute("SELECT set_config('work_mem', '64MB', true)")


def _put_right_sql(rollup: Rollup) -> str:
    """One statement, so that place, rollup and log are those of one moment. Of a zone that is new all rows differ."""
    key = ", ".join(rollup.key)
    missing = ", ".join(f"coalesce(told.{figure}, 0) - coalesce(kept.{figure}, 0) AS {figure}" for figure in FIGURES)
    told, kept = (", ".join(f"coalesce({side}.{figure}, 0)" for figure in FIGURES) for side in ("told", "kept"))
    return f"""
        WITH chosen AS (SELECT * FROM events WHERE (epoch, xid, position) <= {PLACE}), {FOLD},
        summed AS ({rollup.sums}),
        different AS (
            SELECT {key}, {missing}
            FROM summed AS told FULL JOIN {rollup.table} AS kept USING ({key})
            WHERE ({told}) <> ({kept})
        ), put_right AS ({rollup.add("SELECT * FROM different")} RETURNING kept.*)
        SELECT count(*) FILTER (WHERE {rollup.is_known}) FROM put_right
    """
