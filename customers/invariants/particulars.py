"""What is always true of a customer: their particulars, their group, and whom they were merged into."""

from common.invariants import Invariant, only
from customers.models import AGGREGATE

PARTICULARS = (
    # The values are personal: the finding names the field and keeps them to itself.
    Invariant(
        "customer_is_what_events_say",
        "A customer's particulars are what their events say, unless they were anonymised since.",
        AGGREGATE,
        f"""
        WITH told AS (
            SELECT DISTINCT ON (e.aggregateid, field.name)
                   e.aggregateid AS id, field.name, e.version, e.personal #>> ARRAY[field.name, '1'] AS value
            FROM events e CROSS JOIN LATERAL jsonb_array_elements_text(e.payload -> 'fields') AS field (name)
            WHERE e.aggregatetype = 'customer' AND e.type IN ('customer.created', 'customer.changed')
              AND {only("e.aggregateid")}
            ORDER BY e.aggregateid, field.name, e.version DESC
        ), forgotten AS (
            SELECT aggregateid AS id, max(version) AS version
            FROM events
            WHERE aggregatetype = 'customer' AND type = 'customer.anonymised' AND {only("aggregateid")}
            GROUP BY aggregateid
        ), kept AS (
            SELECT c.id, field.name, field.value
            FROM customers c
            CROSS JOIN LATERAL (VALUES ('email', c.email), ('first_name', c.first_name),
                                       ('last_name', c.last_name), ('phone', c.phone)) AS field (name, value)
            WHERE {only("c.id")}
        )
        SELECT kept.id AS customer_id, kept.name AS field, told.version AS told_in_version
        FROM kept LEFT JOIN told USING (id, name) LEFT JOIN forgotten ON forgotten.id = kept.id
        WHERE kept.value IS DISTINCT FROM told.value
          AND coalesce(told.version, 0) >= coalesce(forgotten.version, 0)
        """,
    ),
    Invariant(
        "customer_place_is_what_events_say",
        "A customer's group, and whom they were merged into, are as their events said last.",
        AGGREGATE,
        f"""
        WITH told AS (
            SELECT DISTINCT ON (e.aggregateid, field.name) e.aggregateid AS id, field.name, e.version,
                   e.payload #>> ARRAY[field.name, '1'] AS value
            FROM events e CROSS JOIN (VALUES ('group_id'), ('merged_into_id')) AS field (name)
            WHERE e.aggregatetype = 'customer' AND e.payload ? field.name AND {only("e.aggregateid")}
            ORDER BY e.aggregateid, field.name, e.version DESC
        ), kept AS (
            SELECT c.id, field.name, field.value
            FROM customers c
            CROSS JOIN LATERAL (VALUES ('group_id', c.group_id), ('merged_into_id', c.merged_into_id))
                 AS field (name, value)
            WHERE {only("c.id")}
        )
        SELECT kept.id AS customer_id, kept.name AS field, kept.value, told.value AS told,
               told.version AS told_in_version
        FROM kept LEFT JOIN told USING (id, name)
        WHERE kept.value::text IS DISTINCT FROM told.value
        """,
    ),
    Invariant(
        "alias_leads_to_a_customer",
        "Whoever was merged was merged into one who goes on: nobody is led on twice.",
        AGGREGATE,
        f"""
        SELECT a.id AS customer_id, a.merged_into_id, c.merged_into_id AS merged_on_into
        FROM customers a LEFT JOIN customers c ON c.id = a.merged_into_id
        WHERE a.merged_into_id IS NOT NULL AND {only("a.id")} AND (c.id IS NULL OR c.merged_into_id IS NOT NULL)
        """,
    ),
)
