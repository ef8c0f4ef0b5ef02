"""Importing customers."""

from dataclasses import asdict

from django.db import connection, transaction

from common.actors import Actor
from common.imports.staging import SKIPPED, Tables, Verdict, Window, plan_for_this_batch
from customers.models import AGGREGATE
from events.services import append_first

TABLES = Tables(
    rows="customer_import_rows",
    groups="customer_import_groups",
    columns=("email", "first_name", "last_name", "phone"),
)


@transaction.atomic(savepoint=False)
def import_customers(window: Window, *, actor: Actor) -> Verdict:
    """Add the customers of a batch. Those whose e-mail is known, whatever its case, stay as they are.

    Of several rows with one e-mail the last one is taken.
    """
    plan_for_this_batch()
    made = _insert(window)

    append_first(
        AGGREGATE,
        "customer.created",
        """
        SELECT id, jsonb_build_object('fields', jsonb_build_array('email', 'first_name', 'last_name', 'phone')),
               jsonb_build_object('email', jsonb_build_array(NULL, email),
                                  'first_name', jsonb_build_array(NULL, first_name),
                                  'last_name', jsonb_build_array(NULL, last_name),
                                  'phone', jsonb_build_array(NULL, phone))
        FROM customers WHERE id = ANY(%s)
        """,
        [list(made.values())],
        actor=actor,
    )
    known = [first_row for first_row in window.first_rows if first_row not in made]
    return Verdict(made=len(made), groups=dict.fromkeys(known, SKIPPED))


def _insert(window: Window) -> dict[int, int]:
    """The ids of the new customers by their groups' first rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH given AS (
                SELECT g.first_row, r.email, r.first_name, r.last_name, r.phone
                FROM unnest(%(first_rows)s::bigint[], %(best_rows)s::bigint[]) AS g (first_row, best_row)
                CROSS JOIN LATERAL (
                    SELECT * FROM customer_import_rows WHERE run = %(run)s AND row = g.best_row OFFSET 0
                ) r
            ), made AS (
                INSERT INTO customers (email, first_name, last_name, phone, version)
                SELECT email, first_name, last_name, phone, 1 FROM given
                WHERE NOT EXISTS (SELECT FROM customers c WHERE lower(c.email) = lower(given.email))
                ORDER BY first_row
                ON CONFLICT (lower(email)) DO NOTHING
                RETURNING id, email
            )
            SELECT given.first_row, made.id FROM made JOIN given USING (email)
            """,
            asdict(window),
        )
        return dict(cursor.fetchall())
