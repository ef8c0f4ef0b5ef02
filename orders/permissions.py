"""Which role may do what with orders."""

from accounts.roles import FINANCE, MANAGER, ROLES, SALES, WAREHOUSE, Grants

GRANTS: Grants = {
    "view_order": ("Can view orders", ROLES),
    "place_order": ("Can place orders", (SALES, MANAGER)),
    "edit_items": ("Can edit the items of orders", (SALES, MANAGER)),
    "change_addresses": ("Can change the addresses of orders", (SALES, MANAGER)),
    "confirm_order": ("Can confirm orders", (SALES, MANAGER)),
    "ship_order": ("Can ship orders", (WAREHOUSE, MANAGER)),
    "short_close_order": ("Can short-close orders", (SALES, MANAGER)),
    "deliver_order": ("Can deliver orders", (WAREHOUSE, MANAGER)),
    "cancel_order": ("Can cancel orders", (SALES, MANAGER)),
    "add_note": ("Can add notes to orders", tuple(role for role in ROLES if role != "viewer")),
    "hold_order": ("Can put orders on hold", (SALES, WAREHOUSE, FINANCE, MANAGER)),
    # Who packs may stop an order, and not wave it on past those who stopped it.
    "release_hold": ("Can release orders from a hold", (SALES, FINANCE, MANAGER)),
    "record_payment": ("Can record payments and void them", (FINANCE, MANAGER)),
    "refund_payment": ("Can refund payments", (FINANCE, MANAGER)),
    # Much of what comes back was announced to nobody before it lies in the warehouse.
    "request_return": ("Can request returns and cancel them", (SALES, WAREHOUSE, MANAGER)),
    "receive_return": ("Can receive returns", (WAREHOUSE, MANAGER)),
}
