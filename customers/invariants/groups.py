"""What is always true of groups of customers, of which some are gone and have left their events."""

from common.invariants import Invariant, only
from customers.models import GROUP_AGGREGATE
from events.invariants import told_in_events

VERSIONS, _, ORDER = told_in_events(GROUP_AGGREGATE, "customer_groups")

GROUPS = (
    VERSIONS,
    ORDER,
    Invariant(
        "customer_group_event_has_customer_group",
        "Every event of a customer group belongs to one that exists, or whose last event says that it was removed.",
        GROUP_AGGREGATE,
        f"""
        SELECT last.aggregateid AS customer_group_id, last.version, last.type, last.id AS event_id
        FROM (
            SELECT DISTINCT ON (aggregateid) * FROM events
            WHERE aggregatetype = '{GROUP_AGGREGATE}' AND {only("aggregateid")}
            ORDER BY aggregateid, version DESC
        ) last
        WHERE (last.type = 'customer_group.deleted')
              = EXISTS (SELECT FROM customer_groups g WHERE g.id = last.aggregateid)
        """,
    ),
    Invariant(
        "customer_group_is_what_events_say",
        "A customer group's name and description are what its events said last.",
        GROUP_AGGREGATE,
        f"""
        WITH told AS (
            SELECT DISTINCT ON (e.aggregateid, field.name) e.aggregateid AS id, field.name, e.version,
                   e.payload #>> ARRAY[field.name, '1'] AS value
            FROM events e CROSS JOIN (VALUES ('name'), ('description')) AS field (name)
            WHERE e.aggregatetype = '{GROUP_AGGREGATE}' AND e.payload ? field.name AND {only("e.aggregateid")}
            ORDER BY e.aggregateid, field.name, e.version DESC
        ), kept AS (
            SELECT g.id, field.name, field.value
            FROM customer_groups g
            CROSS JOIN LATERAL (VALUES ('name', g.name), ('description', g.description)) AS field (name, value)
            WHERE {only("g.id")}
        )
        SELECT kept.id AS customer_group_id, kept.name AS field, kept.value, told.value AS told
        FROM kept LEFT JOIN told USING (id, name)
        WHERE kept.value IS DISTINCT FROM told.value
        """,
    ),
)
