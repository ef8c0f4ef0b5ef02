"""Every page of the back-office with the roles it is for, and every act with a form that goes through.

Who adds a page adds it here: a test compares this table with the addresses there are.
"""

import uuid
from collections.abc import Callable
from typing import Any

from django.urls import reverse

from accounts.roles import FINANCE, MANAGER, ROLES, SALES, WAREHOUSE
from customers.tests.factories import CustomerAddressFactory, CustomerFactory, CustomerGroupFactory
from orders.services import Line
from orders.tests.factories import HoldFactory, PaymentFactory, order_in
from products.tests.factories import ProductFactory

CHIEF: tuple[str, ...] = ()
SELL = (SALES, MANAGER)
STORE = (WAREHOUSE, MANAGER)

# Address → the roles that may open it; a superuser may always.
PAGES: dict[str, tuple[str, ...]] = {
    "orders_order_changelist": ROLES,
    "orders_order_change": ROLES,
    "orders_order_add": SELL,
    "orders_order_duplicate": SELL,
    "orders_order_confirm": SELL,
    "orders_order_ship": STORE,
    "orders_order_ship_part": STORE,
    "orders_order_prepare_shipment": STORE,
    "orders_order_dispatch_shipment": STORE,
    "orders_order_deliver_shipment": STORE,
    "orders_order_void_shipment": STORE,
    "orders_order_short_close": SELL,
    "orders_order_deliver": STORE,
    "orders_order_edit_items": SELL,
    "orders_order_change_addresses": SELL,
    "orders_order_cancel": SELL,
    "orders_order_place_hold": (SALES, WAREHOUSE, FINANCE, MANAGER),
    "orders_order_release_hold": (SALES, FINANCE, MANAGER),
    "orders_order_record_payment": (FINANCE, MANAGER),
    "orders_order_request_return": (SALES, WAREHOUSE, MANAGER),
    "orders_order_receive_return": STORE,
    "orders_order_cancel_return": (SALES, WAREHOUSE, MANAGER),
    "orders_order_exchange_return": SELL,
    "orders_order_refund": (FINANCE, MANAGER),
    "orders_order_void_payment": (FINANCE, MANAGER),
    "orders_order_note": (SALES, WAREHOUSE, FINANCE, MANAGER),
    "products_product_changelist": ROLES,
    "products_product_change": ROLES,
    "products_product_add": (MANAGER,),
    "products_product_edit": (MANAGER,),
    "products_product_adjust": STORE,
    "products_product_set_stock": STORE,
    "products_product_count": STORE,
    "products_product_import": (MANAGER,),
    "products_product_count_file": STORE,
    "products_stockmovement_changelist": ROLES,
    "customers_customer_changelist": ROLES,
    "customers_customer_change": ROLES,
    "customers_customer_add": SELL,
    "customers_customer_import": SELL,
    "customers_customer_edit": (SALES, FINANCE, MANAGER),
    "customers_customer_anonymise": (MANAGER,),
    "customers_customer_add_address": (SALES, FINANCE, MANAGER),
    "customers_customer_merge": (MANAGER,),
    "customers_customergroup_changelist": ROLES,
    "customers_customergroup_change": ROLES,
    "customers_customergroup_add": (MANAGER,),
    "customers_customergroup_edit": (MANAGER,),
    "customers_customergroup_remove": (MANAGER,),
    "customers_customeraddress_changelist": ROLES,
    "customers_customeraddress_change": ROLES,
    "customers_customeraddress_edit": (SALES, FINANCE, MANAGER),
    "customers_customeraddress_remove": (SALES, FINANCE, MANAGER),
    "events_event_changelist": (MANAGER,),
    "accounts_apitoken_changelist": CHIEF,
    "accounts_apitoken_change": CHIEF,
    "accounts_apitoken_add": CHIEF,
    "accounts_apitoken_revoke": CHIEF,
    "accounts_user_changelist": CHIEF,
    "accounts_user_change": CHIEF,
    "accounts_user_add": CHIEF,
    "accounts_user_history": CHIEF,
    "auth_user_password_change": CHIEF,
    "auth_group_changelist": CHIEF,
    "auth_group_change": CHIEF,
    "auth_group_add": CHIEF,
    "auth_group_history": CHIEF,
}

# Files of lists, read as the reports are: tried in a file of their own.
LISTS = ("orders_order", "products_product", "products_stockmovement", "customers_customer")
EXPORTS = {f"{name}_export_{kind}": ROLES for name in LISTS for kind in ("csv", "xlsx")}


def typed(field: str, **more: str) -> dict[str, str]:
    """An address as it is typed into a form."""
    parts = {"name": "Ada", "line1": "12 St James's Square", "city": "London", "country": "GB"}
    return {**{f"{field}_{part}": text for part, text in parts.items()}, **more}


# Pages that are not about one record.
UPON_LISTS = ("changelist", "add", "count_file", "import")

UNIT = {"lines_quantity": "1"}
# An act's address → the status of the order it is tried on, and a form that goes through.
ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "orders_order_add": ("PENDING", {"items_sku": "TEA", "items_quantity": "1"}),
    "orders_order_duplicate": ("CANCELLED", {"external_ref": "shop-2", "note": "cancelled by mistake"}),
    "orders_order_confirm": ("PENDING", {}),
    "orders_order_ship": ("CONFIRMED", {"note": "two parcels"}),
    "orders_order_ship_part": ("CONFIRMED", {**UNIT, "carrier": "DHL", "tracking_url": "https://example.com/1"}),
    "orders_order_prepare_shipment": ("CONFIRMED", {**UNIT, "tracking_number": "T-1"}),
    "orders_order_dispatch_shipment": ("prepared", {"carrier": "DHL"}),
    "orders_order_deliver_shipment": ("dispatched", {}),
    "orders_order_void_shipment": ("prepared", {}),
    "orders_order_short_close": ("CONFIRMED", {**UNIT, "reason": "never came"}),
    "orders_order_deliver": ("SHIPPED", {}),
    "orders_order_edit_items": ("PENDING", {"items_sku": "TEA", "items_quantity": "3"}),
    "orders_order_change_addresses": ("CONFIRMED", typed("shipping_address", note="she has moved")),
    "orders_order_cancel": ("CONFIRMED", {"reason": "changed their mind"}),
    "orders_order_place_hold": ("CONFIRMED", {"kind": "stock", "reason": "one is broken"}),
    "orders_order_release_hold": ("PENDING", {"reason": "settled"}),
    "orders_order_record_payment": ("SHIPPED", {"method": "cash", "amount_cents": "12.50"}),
    "orders_order_refund": ("CANCELLED", {"amount_cents": "0.40", "reason": "one is broken"}),
    "orders_order_void_payment": ("PENDING", {"reason": "a mistake"}),
    "orders_order_request_return": ("SHIPPED", {**UNIT, "reason": "too large"}),
    "orders_order_receive_return": ("returned", {"lines_restock": "1", "lines_write_off": "1"}),
    "orders_order_cancel_return": ("returned", {"note": "they keep it"}),
    "orders_order_exchange_return": ("returned", {"items_sku": "TEA", "items_quantity": "1"}),
    "orders_order_note": ("DELIVERED", {"text": "rang twice"}),
    "products_product_add": ("PENDING", {"sku": "NEW", "name": "Lamp", "price_cents": "1", "stock_quantity": "5"}),
    "products_product_edit": ("PENDING", {"sku": "TEA", "name": "Green tea", "price_cents": "1"}),
    "products_product_adjust": ("PENDING", {"delta": "1", "kind": "receipt", "reason": "came"}),
    "products_product_set_stock": ("PENDING", {"set_to": "5", "expected": "8", "reason": "recounted"}),
    "products_product_count": ("PENDING", {"counted": "9", "expected_on_hand": "10", "reason": "Monday"}),
    "customers_customer_add": ("PENDING", {"email": "grace@example.com"}),
    "customers_customer_edit": ("PENDING", {"email": "grace@example.com"}),
    "customers_customer_anonymise": ("PENDING", {"certain": "on"}),
    "customers_customer_add_address": ("PENDING", typed("address", is_default_shipping="on")),
    "customers_customer_merge": ("PENDING", {}),
    "customers_customergroup_add": ("PENDING", {"name": "Trade"}),
    "customers_customergroup_edit": ("PENDING", {"name": "Trade", "description": "They buy to sell"}),
    "customers_customergroup_remove": ("PENDING", {}),
    "customers_customeraddress_edit": ("PENDING", typed("address", is_default_billing="on")),
    "customers_customeraddress_remove": ("PENDING", {}),
}


def world(status: str = "PENDING") -> dict[str, int]:
    """An order in this status with its product TEA and its customer; their ids by the names of their models."""
    product = ProductFactory(sku="TEA", stock_quantity=10)
    order = order_in(status, lines=[Line(quantity=2, product_id=product.pk)])
    entry = CustomerAddressFactory(customer_id=order.customer_id)
    ids = {"order": order.pk, "product": product.pk, "customer": order.customer_id, "customeraddress": entry.pk}
    ids |= {"customergroup": CustomerGroupFactory().pk, "other_customer": CustomerFactory().pk}
    ids |= {"lines_item_id": order.lines[0].pk, "shipment_id": order.parcels[0].pk if order.parcels else 1}
    if order.sent_back:
        ids |= {"return_id": order.sent_back[0].pk, "lines_return_id": order.sent_back[0].pk}
    return {**ids, "version": order.version, "customer_version": entry.version}


def version(name: str, pks: dict[str, int]) -> int:
    """That of the record that an act's page would show."""
    if name.startswith("orders_order_"):
        return pks["version"]
    return pks["customer_version"] if name.startswith(("customers_customer_", "customers_customeraddress_")) else 1


def held(pks: dict[str, int]) -> dict[str, int]:
    hold = HoldFactory(order_id=pks["order"])
    return {**pks, "hold_id": hold.pk, "version": pks["version"] + 1}


def paid(pks: dict[str, int]) -> dict[str, int]:
    payment = PaymentFactory(order_id=pks["order"])
    return {**pks, "payment_id": payment.pk, "version": pks["version"] + 1}


# What an act needs besides an order in its status; what ends in _id is filled in like what is typed.
PREPARED: dict[str, Callable[[dict[str, int]], dict[str, int]]] = {
    "orders_order_release_hold": held,
    "orders_order_refund": paid,
    "orders_order_void_payment": paid,
}


def stage(name: str) -> dict[str, int]:
    """The world that an act is tried in."""
    pks = world(ACTS[name][0])
    return PREPARED[name](pks) if name in PREPARED else pks


def address(name: str, pks: dict[str, int]) -> str:
    model, _, kind = name.partition("_")[2].partition("_")
    return reverse(f"admin:{name}", args=[] if kind in UPON_LISTS else [pks[model]])


def filled(name: str, pks: dict[str, int]) -> dict[str, Any]:
    """The form of an act as its page would send it."""
    unseen = {"idempotency_key": str(uuid.uuid4()), "version": version(name, pks)}
    named = {name: pk for name, pk in pks.items() if name.endswith("_id")}
    chosen = {"customer_id": pks["customer"], "into": pks["other_customer"]}
    return {**chosen, "reorder_level": "0", **named, **unseen, **ACTS[name][1]}
