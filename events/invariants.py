"""What is always true of the event log, and what every app says of the events about its own rows."""

from common.invariants import LOG, Invariant, only


def told_in_events(aggregate: str, table: str) -> tuple[Invariant, ...]:
    """What holds between the rows of a table and the events of that aggregate."""
    return (
        Invariant(
            f"{aggregate}_version_is_event_count",
            f"The events of each {aggregate} are numbered 1, 2, 3 … and the last number is its version.",
            aggregate,
            f"""
            SELECT a.id AS {aggregate}_id, a.version, told.events, told.first, told.last
            FROM {table} a
            LEFT JOIN (
                SELECT aggregateid, count(*) AS events, min(version) AS first, max(version) AS last
                FROM events WHERE aggregatetype = '{aggregate}' AND {only("aggregateid")}
                GROUP BY aggregateid
            ) told ON told.aggregateid = a.id
            WHERE {only("a.id")}
              AND (told.events IS DISTINCT FROM a.version OR told.first <> 1 OR told.last <> a.version)
            """,
        ),
        Invariant(
            f"{aggregate}_event_has_{aggregate}",
            f"Every {aggregate} event belongs to a row that exists.",
            aggregate,
            f"""
            SELECT e.aggregateid AS {aggregate}_id, e.version, e.type, e.id AS event_id
            FROM events e
            WHERE e.aggregatetype = '{aggregate}' AND {only("e.aggregateid")}
              AND NOT EXISTS (SELECT FROM {table} a WHERE a.id = e.aggregateid)
            """,
        ),
        Invariant(
            f"{aggregate}_events_in_order",
            f"The log tells the events of each {aggregate} in the order of their versions.",
            aggregate,
            f"""
            SELECT aggregateid AS {aggregate}_id, version, type, id AS event_id
            FROM (
                SELECT *, lag((epoch, xid, position)) OVER (PARTITION BY aggregateid ORDER BY version) AS before
                FROM events WHERE aggregatetype = '{aggregate}' AND {only("aggregateid")}
            ) told
            WHERE (epoch, xid, position) <= before
            """,
        ),
    )


INVARIANTS = (
    Invariant(
        "events_are_of_this_cluster",
        "No event of the current epoch claims a transaction that has not begun yet.",
        LOG,
        """
        SELECT aggregatetype, aggregateid, version, epoch, xid::text AS xid, id AS event_id
        FROM events
        WHERE epoch > (SELECT epoch FROM event_epoch)
           OR (epoch = (SELECT epoch FROM event_epoch) AND xid >= pg_snapshot_xmax(pg_current_snapshot()))
        """,
    ),
    Invariant(
        "new_events_carry_the_current_epoch",
        "The log has one current epoch, and it is the one that new events are written with.",
        LOG,
        """
        SELECT current.epoch AS current_epoch, written.epoch AS written_epoch
        FROM (
            SELECT pg_get_expr(d.adbin, d.adrelid) AS epoch
            FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            WHERE d.adrelid = 'events'::regclass AND a.attname = 'epoch'
        ) written
        FULL JOIN event_epoch current ON true
        WHERE current.epoch::text IS DISTINCT FROM written.epoch
        """,
    ),
)
