"""What is always true of customers."""

from common.invariants import Count, Invariant, only
from customers.models import AGGREGATE
from events.invariants import told_in_events

COUNTS = (
    Count("customers", AGGREGATE, f"SELECT count(*) FROM customers WHERE {only('id')}"),
    Count("addresses", AGGREGATE, f"SELECT count(*) FROM customer_addresses WHERE {only('customer_id')}"),
)

# The events after which a customer has no address, until one is added.
EMPTIED = "('customer.anonymised')"

TOLD_ADDRESSES = f"""
    emptied AS (
        SELECT aggregateid AS customer_id, max(version) AS version
        FROM events WHERE aggregatetype = 'customer' AND type IN {EMPTIED} AND {only("aggregateid")}
        GROUP BY aggregateid
    ), told AS (
        SELECT DISTINCT ON (e.aggregateid, entry.id) e.aggregateid AS customer_id, entry.id, e.version, e.type,
               entry.address
        FROM events e
        CROSS JOIN LATERAL (
            SELECT (e.payload ->> 'address_id')::bigint AS id, e.personal #> '{{address,1}}' AS address
        ) entry
        LEFT JOIN emptied ON emptied.customer_id = e.aggregateid
        WHERE e.aggregatetype = 'customer' AND e.payload ? 'address_id' AND {only("e.aggregateid")}
          AND e.version > coalesce(emptied.version, 0)
        ORDER BY e.aggregateid, entry.id, e.version DESC
    )
"""

INVARIANTS = (
    *told_in_events(AGGREGATE, "customers"),
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
        "address_book_is_what_events_say",
        "A customer's addresses are those that their events tell of, each as it was last told.",
        AGGREGATE,
        f"""
        WITH {TOLD_ADDRESSES}, kept AS (
            SELECT customer_id, id, to_jsonb(a) AS address FROM customer_addresses a WHERE {only("customer_id")}
        )
        SELECT customer_id, id AS address_id, told.version AS told_in_version
        FROM kept FULL JOIN (SELECT * FROM told WHERE type <> 'customer.address_removed') told USING (customer_id, id)
        WHERE told.address IS NULL OR kept.address IS NULL OR NOT kept.address @> told.address
        """,
    ),
    Invariant(
        "default_addresses_are_what_events_say",
        "A customer's default addresses are those that their events chose last.",
        AGGREGATE,
        f"""
        WITH {TOLD_ADDRESSES}, chosen AS (
            SELECT DISTINCT ON (e.aggregateid, choice.key) e.aggregateid AS customer_id, choice.key AS purpose,
                   e.version, choice.value AS address_id
            FROM events e CROSS JOIN LATERAL jsonb_each_text(e.payload -> 'defaults') AS choice (key, value)
            LEFT JOIN emptied ON emptied.customer_id = e.aggregateid
            WHERE e.aggregatetype = 'customer' AND {only("e.aggregateid")}
              AND e.version > coalesce(emptied.version, 0)
            ORDER BY e.aggregateid, choice.key, e.version DESC
        ), kept AS (
            SELECT a.customer_id, choice.purpose, a.id::text AS address_id
            FROM customer_addresses a
            CROSS JOIN LATERAL (VALUES ('shipping', is_default_shipping), ('billing', is_default_billing))
                 AS choice (purpose, is_it)
            WHERE choice.is_it AND {only("a.customer_id")}
        )
        SELECT customer_id, purpose, kept.address_id, chosen.address_id AS told, chosen.version AS told_in_version
        FROM kept FULL JOIN chosen USING (customer_id, purpose)
        WHERE kept.address_id IS DISTINCT FROM chosen.address_id
        """,
    ),
)
