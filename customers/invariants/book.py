"""What is always true of the address book of a customer."""

from common.invariants import Invariant, only
from customers.models import AGGREGATE

# The events after which a customer has no address, until one is added.
EMPTIED = "('customer.anonymised', 'customer.merged')"

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
            WHERE e.payload ? 'address_id'
            UNION ALL
            SELECT handed.id::bigint, e.personal -> 'addresses' -> handed.id
            FROM jsonb_array_elements_text(e.payload -> 'address_ids') AS handed (id)
        ) entry
        LEFT JOIN emptied ON emptied.customer_id = e.aggregateid
        WHERE e.aggregatetype = 'customer' AND {only("e.aggregateid")}
          AND e.version > coalesce(emptied.version, 0)
        ORDER BY e.aggregateid, entry.id, e.version DESC
    )
"""

BOOK = (
    Invariant(
        "alias_has_no_addresses",
        "The addresses of whoever was merged are in the book of the one who goes on.",
        AGGREGATE,
        f"""
        SELECT a.customer_id, a.id AS address_id FROM customer_addresses a JOIN customers c ON c.id = a.customer_id
        WHERE c.merged_into_id IS NOT NULL AND {only("a.customer_id")}
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
