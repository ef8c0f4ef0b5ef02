"""How to break each invariant on purpose, once every guard of the database is out of the way."""

from dataclasses import dataclass, field

from reporting import folding

MISSING = 987_654_321


@dataclass(frozen=True, slots=True)
class Breakage:
    """SQL that does the damage, what is found besides, and what the row must name (a key of the world's ids)."""

    sql: str
    names: dict[str, str]
    besides: frozenset[str] = field(default_factory=frozenset)


def event(aggregate: str) -> str:
    return f"""
        INSERT INTO events (xid, aggregatetype, aggregateid, version, type, payload, actor)
        VALUES ((SELECT max(xid) FROM events), '{aggregate}', %(missing)s, 1, '{aggregate}.noted', '{{}}', 'test')
    """


def out_of_order(aggregate: str) -> str:
    return f"""
        UPDATE events SET xid = '1'
        WHERE aggregatetype = '{aggregate}' AND aggregateid = %({aggregate})s AND version = 2
    """


GROUP = {"customer_group_id": "customer_group"}
MERGED_BY_HAND = "UPDATE customers SET merged_into_id = %(customer)s WHERE id = %(alias)s"
PRODUCT, ORDER, CUSTOMER = {"product_id": "product"}, {"order_id": "order"}, {"customer_id": "customer"}
LINE = PRODUCT | ORDER
PARTLY, SHIPPED, PARCEL = {"order_id": "partly"}, {"order_id": "shipped"}, {"shipment_id": "parcel"}
SALES = frozenset({"sales_quarters_are_what_orders_say"})
FIGURES, ONES = ", ".join(folding.FIGURES), ", ".join("1" for _ in folding.FIGURES)
SOLD = SALES | {"product_totals_are_what_orders_say"}

BREAKAGES: dict[str, Breakage] = {
    "stock_is_ledger_sum": Breakage(
        "UPDATE products SET stock_quantity = 7 WHERE id = %(product)s", PRODUCT, frozenset({"stock_is_last_balance"})
    ),
    "stock_is_last_balance": Breakage(
        "UPDATE stock_movements SET balance = 9 WHERE product_id = %(product)s AND sequence = 2",
        PRODUCT,
        frozenset({"ledger_balance_follows"}),
    ),
    "ledger_is_gapless": Breakage(
        "UPDATE stock_movements SET sequence = 3 WHERE product_id = %(product)s AND sequence = 2", PRODUCT
    ),
    "ledger_balance_follows": Breakage(
        "UPDATE stock_movements SET balance = 11 WHERE product_id = %(product)s AND sequence = 1", PRODUCT
    ),
    "ledger_never_below_zero": Breakage(
        "UPDATE stock_movements SET balance = -1 WHERE product_id = %(product)s AND sequence = 1",
        PRODUCT,
        frozenset({"ledger_balance_follows"}),
    ),
    "ledger_has_first_row": Breakage(
        """
        DELETE FROM stock_movements WHERE product_id = %(empty)s;
        UPDATE products SET stock_seq = 0 WHERE id = %(empty)s
        """,
        {"product_id": "empty"},
    ),
    "movement_has_product": Breakage(
        """
        INSERT INTO stock_movements (product_id, sequence, delta, balance, kind, actor, reason)
        VALUES (%(missing)s, 1, 0, 0, 'initial', 'test', '')
        """,
        {"product_id": "missing"},
    ),
    "product_version_is_event_count": Breakage("UPDATE products SET version = 9 WHERE id = %(product)s", PRODUCT),
    "product_event_has_product": Breakage(event("product"), {"product_id": "missing"}),
    "product_events_in_order": Breakage(out_of_order("product"), PRODUCT),
    "product_is_what_events_say": Breakage("UPDATE products SET price_cents = 1 WHERE id = %(product)s", PRODUCT),
    "customer_version_is_event_count": Breakage("UPDATE customers SET version = 9 WHERE id = %(customer)s", CUSTOMER),
    "customer_event_has_customer": Breakage(event("customer"), {"customer_id": "missing"}),
    "customer_events_in_order": Breakage(out_of_order("customer"), CUSTOMER),
    "customer_is_what_events_say": Breakage("UPDATE customers SET phone = '1' WHERE id = %(customer)s", CUSTOMER),
    "address_book_is_what_events_say": Breakage(
        "UPDATE customer_addresses SET city = 'Nowhere' WHERE id = %(address)s",
        {"customer_id": "customer", "address_id": "address"},
    ),
    "default_addresses_are_what_events_say": Breakage(
        "UPDATE customer_addresses SET is_default_billing = true WHERE id = %(address)s", CUSTOMER
    ),
    "alias_has_no_addresses": Breakage(
        f"{MERGED_BY_HAND}; UPDATE customer_addresses SET customer_id = %(alias)s WHERE id = %(address)s",
        {"customer_id": "alias", "address_id": "address"},
        frozenset(
            {
                "customer_place_is_what_events_say",
                "address_book_is_what_events_say",
                "default_addresses_are_what_events_say",
            }
        ),
    ),
    "alias_leads_to_a_customer": Breakage(
        f"{MERGED_BY_HAND}; UPDATE customers SET merged_into_id = %(alias)s WHERE id = %(customer)s",
        {"customer_id": "customer", "merged_into_id": "alias"},
        frozenset({"customer_place_is_what_events_say", "alias_has_no_addresses", "alias_has_no_orders"}),
    ),
    "customer_place_is_what_events_say": Breakage(
        "UPDATE customers SET group_id = NULL WHERE id = %(customer)s", CUSTOMER
    ),
    "customer_group_version_is_event_count": Breakage(
        "UPDATE customer_groups SET version = 9 WHERE id = %(customer_group)s", GROUP
    ),
    "customer_group_events_in_order": Breakage(out_of_order("customer_group"), GROUP),
    "customer_group_event_has_customer_group": Breakage(event("customer_group"), {"customer_group_id": "missing"}),
    "customer_group_is_what_events_say": Breakage(
        "UPDATE customer_groups SET description = 'Retail' WHERE id = %(customer_group)s", GROUP
    ),
    "order_has_a_line": Breakage(
        "DELETE FROM order_items WHERE order_id = %(order)s",
        ORDER,
        frozenset({"order_total_is_sum_of_lines", "order_ledger_net", "order_lines_are_what_events_say"}) | SOLD,
    ),
    "order_total_is_sum_of_lines": Breakage(
        "UPDATE orders SET total_cents = 1 WHERE id = %(order)s", ORDER, frozenset({"order_total_is_what_events_say"})
    ),
    "order_ledger_net": Breakage("UPDATE stock_movements SET order_id = NULL WHERE order_id = %(order)s", LINE),
    "order_version_is_event_count": Breakage("UPDATE orders SET version = 9 WHERE id = %(order)s", ORDER),
    "order_event_has_order": Breakage(event("order"), {"order_id": "missing"}),
    "order_events_in_order": Breakage(out_of_order("order"), ORDER),
    "order_status_is_what_events_say": Breakage("UPDATE orders SET status = 'DELIVERED' WHERE id = %(order)s", ORDER),
    "order_header_is_what_events_say": Breakage(
        "UPDATE orders SET created_at = created_at - interval '1 day' WHERE id = %(order)s", ORDER, SALES
    ),
    "order_total_is_what_events_say": Breakage(
        """
        UPDATE order_items SET unit_price_cents = 1 WHERE order_id = %(order)s;
        UPDATE orders SET total_cents = 2 WHERE id = %(order)s
        """,
        ORDER,
        frozenset({"order_lines_are_what_events_say"}) | SOLD,
    ),
    "order_lines_are_what_events_say": Breakage(
        "UPDATE order_items SET name = 'Another' WHERE order_id = %(order)s", LINE
    ),
    "order_times_are_what_events_say": Breakage("UPDATE orders SET shipped_at = now() WHERE id = %(order)s", ORDER),
    "order_is_held_for_what_holds_it": Breakage("UPDATE orders SET held_for = '{stock}' WHERE id = %(order)s", ORDER),
    "holds_are_what_events_say": Breakage(
        "UPDATE order_holds SET reason = 'Another' WHERE order_id = %(order)s", ORDER
    ),
    "order_addresses_are_what_events_say": Breakage(
        "UPDATE orders SET billing_address = jsonb_build_object('name', 'Nobody') WHERE id = %(order)s",
        ORDER,
    ),
    "payment_refunded_is_sum_of_refunds": Breakage(
        """
        UPDATE order_payments SET refunded_cents = 39 WHERE order_id = %(order)s;
        UPDATE orders SET refunded_cents = 39 WHERE id = %(order)s
        """,
        ORDER,
    ),
    "order_paid_is_sum_of_payments": Breakage("UPDATE orders SET paid_cents = 2500 WHERE id = %(order)s", ORDER),
    "payments_are_what_events_say": Breakage(
        "UPDATE order_payments SET reference = 'Another' WHERE order_id = %(order)s", ORDER
    ),
    "refunds_are_what_events_say": Breakage(
        "UPDATE order_refunds SET reason = 'Another' WHERE order_id = %(order)s", ORDER
    ),
    "unit_is_in_one_place": Breakage(
        "UPDATE shipment_lines SET quantity = 5 WHERE shipment_id = %(parcel)s",
        PARTLY,
        frozenset({"fulfilment_state_is_what_rows_say", "shipment_lines_are_what_events_say"}),
    ),
    "fulfilment_state_is_what_rows_say": Breakage(
        "UPDATE orders SET fulfilment_state = 'none' WHERE id = %(partly)s", PARTLY
    ),
    "short_closed_cents_are_what_rows_say": Breakage(
        "UPDATE orders SET short_closed_cents = 1 WHERE id = %(partly)s", PARTLY
    ),
    "order_is_not_short_closed_to_nothing": Breakage(
        "UPDATE short_closes SET quantity = 5 WHERE order_id = %(partly)s",
        PARTLY,
        frozenset(
            {
                "unit_is_in_one_place",
                "fulfilment_state_is_what_rows_say",
                "short_closed_cents_are_what_rows_say",
                "order_ledger_net",
                "short_close_is_in_the_ledger",
                "short_closes_are_what_events_say",
            }
        )
        | SOLD,
    ),
    "shipment_fits_its_order": Breakage(
        "UPDATE shipments SET status = 'prepared', dispatched_at = NULL WHERE order_id = %(shipped)s",
        SHIPPED,
        frozenset(
            {
                "fulfilment_state_is_what_rows_say",
                "shipments_are_what_events_say",
                "no_more_returned_than_shipped",
            }
        ),
    ),
    "shipped_order_waits_for_a_shipment": Breakage(
        "UPDATE shipments SET status = 'delivered' WHERE order_id = %(shipped)s",
        SHIPPED,
        frozenset({"shipments_are_what_events_say"}),
    ),
    "shipment_has_a_line": Breakage(
        "DELETE FROM shipment_lines WHERE shipment_id = %(parcel)s",
        PARTLY | PARCEL,
        frozenset(
            {
                "fulfilment_state_is_what_rows_say",
                "shipment_lines_are_what_events_say",
                "no_more_returned_than_shipped",
            }
        ),
    ),
    "units_are_of_the_same_order": Breakage(
        "UPDATE short_closes SET order_id = %(order)s WHERE order_id = %(partly)s",
        ORDER,
        frozenset(
            {
                "short_closed_cents_are_what_rows_say",
                "short_close_is_in_the_ledger",
                "short_closes_are_what_events_say",
            }
        ),
    ),
    "short_close_is_in_the_ledger": Breakage(
        "UPDATE stock_movements SET kind = 'receipt' WHERE order_id = %(partly)s AND kind = 'short_close'", PARTLY
    ),
    "shipments_are_what_events_say": Breakage(
        "UPDATE shipments SET carrier = 'Another' WHERE id = %(parcel)s", PARTLY | PARCEL
    ),
    "shipment_lines_are_what_events_say": Breakage(
        "UPDATE shipment_lines SET quantity = 1 WHERE shipment_id = %(parcel)s", PARTLY | PARCEL
    ),
    "no_more_returned_than_shipped": Breakage(
        "UPDATE order_return_lines SET quantity = 3 WHERE return_id = %(wait)s",
        PARTLY,
        frozenset({"return_lines_are_what_events_say"}),
    ),
    "return_state_is_what_rows_say": Breakage(
        "UPDATE orders SET return_state = 'partial' WHERE id = %(partly)s", PARTLY
    ),
    "returned_cents_are_what_rows_say": Breakage(
        "UPDATE orders SET returned_cents = 1 WHERE id = %(shipped)s", SHIPPED
    ),
    "return_has_a_line": Breakage(
        "DELETE FROM order_return_lines WHERE return_id = %(wait)s",
        PARTLY | {"return_id": "wait"},
        frozenset({"return_state_is_what_rows_say", "return_lines_are_what_events_say"}),
    ),
    "received_return_is_decided": Breakage(
        "UPDATE order_return_lines SET disposition = NULL WHERE return_id = %(back)s AND disposition = 'write_off'",
        SHIPPED | {"return_id": "back"},
        frozenset({"return_lines_are_what_events_say"}),
    ),
    "returned_units_are_of_the_same_order": Breakage(
        "UPDATE order_return_lines SET item_id = %(item)s WHERE return_id = %(wait)s",
        PARTLY | {"return_id": "wait"},
        frozenset(
            {
                "no_more_returned_than_shipped",
                "return_state_is_what_rows_say",
                "return_lines_are_what_events_say",
            }
        ),
    ),
    "restocked_return_is_in_the_ledger": Breakage(
        "UPDATE stock_movements SET kind = 'receipt' WHERE order_id = %(shipped)s AND kind = 'return'", SHIPPED
    ),
    "returns_are_what_events_say": Breakage(
        "UPDATE order_returns SET reason = 'Another' WHERE id = %(back)s", SHIPPED | {"return_id": "back"}
    ),
    "return_lines_are_what_events_say": Breakage(
        """
        UPDATE order_return_lines SET quantity = 2 WHERE return_id = %(wait)s
        """,
        PARTLY | {"return_id": "wait"},
    ),
    "exchanges_are_what_events_say": Breakage(
        "UPDATE orders SET exchange_for_id = NULL WHERE exchange_for_id = %(back)s",
        SHIPPED | {"return_id": "back"},
        frozenset({"order_header_is_what_events_say"}),
    ),
    "short_closes_are_what_events_say": Breakage(
        "UPDATE short_closes SET reason = 'Another' WHERE order_id = %(partly)s", PARTLY
    ),
    "movement_has_order": Breakage(
        "UPDATE stock_movements SET order_id = %(missing)s WHERE order_id = %(order)s",
        {"order_id": "missing", "product_id": "product"},
        frozenset({"order_ledger_net"}),
    ),
    "movement_product_was_ordered": Breakage(
        "UPDATE stock_movements SET order_id = %(order)s WHERE product_id = %(empty)s",
        {"order_id": "order", "product_id": "empty"},
    ),
    "event_is_about_a_known_kind": Breakage(event("ghost"), {"aggregateid": "missing"}),
    "alias_has_no_orders": Breakage(
        f"{MERGED_BY_HAND}; UPDATE orders SET customer_id = %(alias)s WHERE id = %(order)s",
        ORDER | {"customer_id": "alias"},
        frozenset({"customer_place_is_what_events_say", "order_header_is_what_events_say"}),
    ),
    "answer_has_its_order": Breakage(
        """
        INSERT INTO idempotency_keys (owner_id, key, fingerprint, status, headers, body, subject_type, subject_id)
        VALUES (1, 'k', 'f', 201, '{}', '', 'order', %(missing)s)
        """,
        {"order_id": "missing"},
    ),
    "kept_answer_is_complete": Breakage(
        """
        INSERT INTO idempotency_keys (owner_id, key, fingerprint, headers, body, subject_type)
        VALUES (%(missing)s, 'k', 'f', '{}', '', '')
        """,
        {"owner_id": "missing"},
    ),
    "events_are_of_this_cluster": Breakage(
        """
        UPDATE events SET xid = '9000000000000000000'
        WHERE aggregatetype = 'order' AND aggregateid = %(order)s
          AND version = (SELECT version FROM orders WHERE id = %(order)s)
        """,
        {"aggregateid": "order"},
    ),
    "new_events_carry_the_current_epoch": Breakage(
        "UPDATE event_epoch SET epoch = %(missing)s", {"current_epoch": "missing"}
    ),
    "sales_quarters_are_what_orders_say": Breakage(
        f"INSERT INTO sales_quarters (starts_at, {FIGURES}) VALUES ('1999-01-01Z', {ONES})", {}
    ),
    "sales_days_are_what_orders_say": Breakage(
        f"""
        INSERT INTO rollup_zones (zone, is_whole) VALUES ('Europe/Berlin', true);
        INSERT INTO sales_days (zone, day, {FIGURES}) VALUES ('Europe/Berlin', '1999-01-01', {ONES})
        """,
        {},
    ),
    "product_months_are_what_orders_say": Breakage(
        f"""
        INSERT INTO rollup_zones (zone, is_whole) VALUES ('Europe/Berlin', true);
        INSERT INTO product_months (zone, month, product_id, {FIGURES})
        VALUES ('Europe/Berlin', '1999-01-01', %(empty)s, {ONES})
        """,
        {"product_id": "empty"},
    ),
    "product_totals_are_what_orders_say": Breakage(
        f"INSERT INTO product_totals (product_id, {FIGURES}) VALUES (%(empty)s, {ONES})", {"product_id": "empty"}
    ),
}
