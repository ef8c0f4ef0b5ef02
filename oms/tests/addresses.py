"""Every address and method of the API with an example of a good request, for tests that try them all.

Who adds an address adds it here: a test compares this table with the URL resolver.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from accounts.roles import FINANCE, MANAGER, ROLES, SALES, WAREHOUSE
from accounts.services import create_token
from common.actors import Actor
from common.api.addresses import HOME
from customers.tests.factories import CustomerAddressFactory, CustomerFactory, CustomerGroupFactory
from orders.tests.factories import HoldFactory, PaymentFactory, order_in
from products.tests.factories import ProductFactory
from reporting.reports import REPORTS

Endpoint = tuple[str, str]  # a method and the name of an address
FOUND = {"reason_code": "found"}
EVERYBODY = (*ROLES, "nobody in particular")


@dataclass(frozen=True)
class World:
    """What the examples are about: one of each, the order in the status that the example needs.

    The token is that of the user who was made last; a test makes its caller before the world.
    """

    customer: int
    product: int
    order: int
    token: int
    hold: int = 1
    address: int = 1
    group: int = 1
    other_customer: int = 2
    payment: int = 1
    item: int = 1
    shipment: int = 1
    sent_back: int = 1

    @classmethod
    def with_order(cls, status: str, *, held: bool = False) -> "World":
        order = order_in(status)
        entry = CustomerAddressFactory()
        return cls(
            customer=entry.customer_id,
            product=ProductFactory(sku="EXAMPLE").pk,
            order=order.pk,
            token=newest_users_token(),
            hold=HoldFactory(order_id=order.pk).pk if held else 1,
            address=entry.pk,
            group=CustomerGroupFactory().pk,
            other_customer=CustomerFactory().pk,
            payment=PaymentFactory(order_id=order.pk).pk,
            item=order.lines[0].pk,
            shipment=order.parcels[-1].pk if order.parcels else 1,
            sent_back=order.sent_back[-1].pk if order.sent_back else 1,
        )

    def of_newest_user(self) -> "World":
        """The same with a token of the caller who came last."""
        return replace(self, token=newest_users_token())


def newest_users_token() -> int:
    owner = User.objects.order_by("pk").last() or User.objects.create_user("somebody")
    token, _ = create_token(owner, name="example", actor=Actor.command("test"))
    return token.pk


@dataclass(frozen=True)
class Example:
    """A request that succeeds, and the roles that may make it."""

    roles: tuple[str, ...]
    body: Callable[[World], dict[str, Any]] | None = None
    status: str = "PENDING"
    held: bool = False

    def world(self) -> World:
        return World.with_order(self.status, held=self.held)


def _order(world: World) -> dict[str, Any]:
    return {
        "customer_id": world.customer,
        "items": [{"product_id": world.product, "quantity": 1}],
        "external_ref": "shop-1",
        "note": "Ring twice",
        "shipping_address": HOME,
        "billing_address": HOME,
    }


def _duplication(world: World) -> dict[str, Any]:
    return {"external_ref": "shop-2", "note": "Cancelled by mistake"}


def _items(world: World) -> dict[str, Any]:
    return {"items": [{"sku": "EXAMPLE", "quantity": 1}], "note": "Ring twice"}


def _addresses(world: World) -> dict[str, Any]:
    return {"shipping_address": HOME, "billing_address": {**HOME, "company": "Engines"}, "note": "She has moved"}


def _product(world: World) -> dict[str, Any]:
    return {
        "sku": "NEW",
        "name": "Lamp",
        "description": "It shines",
        "price_cents": 100,
        "stock_quantity": 5,
        "reorder_level": 1,
        "is_active": True,
    }


def _customer(world: World) -> dict[str, Any]:
    return {
        "email": "grace@example.com",
        "first_name": "Grace",
        "last_name": "Hopper",
        "phone": "123",
        "group_id": world.group,
    }


def _group(world: World) -> dict[str, Any]:
    return {"name": "Trade", "description": "They buy to sell"}


def _entry(world: World) -> dict[str, Any]:
    return {**HOME, "company": "Engines", "is_default_shipping": True, "is_default_billing": True}


def _note(world: World) -> dict[str, Any]:
    return {"note": "Ring twice"}


def _own_note(world: World) -> dict[str, Any]:
    return {"text": "Ring twice", "visibility": "customer"}


def _hold(world: World) -> dict[str, Any]:
    return {"kind": "fraud_review", "reason": "Three countries within an hour"}


def _payment(world: World) -> dict[str, Any]:
    when = "2026-01-31T12:00:00Z"
    return {"method": "bank_transfer", "amount_cents": 250, "reference": "TX-7", "received_at": when}


def _refund(world: World) -> dict[str, Any]:
    refund = {"payment_id": world.payment, "amount_cents": 50, "reason": "Broken", "reference": "TX-9"}
    return {**refund, "return_id": world.sent_back}


def _parcel(world: World) -> dict[str, Any]:
    tracking = {"carrier": "DHL", "tracking_number": "T-1", "tracking_url": "https://example.com/T-1"}
    return {"lines": [{"item_id": world.item, "quantity": 1}], **tracking, "note": "Ring twice"}


def _dispatch(world: World) -> dict[str, Any]:
    return {name: value for name, value in _parcel(world).items() if name != "lines"}


def _short_close(world: World) -> dict[str, Any]:
    return {"lines": [{"item_id": world.item, "quantity": 1}], "reason": "Gone", "reason_code": "gone"}


def _return(world: World) -> dict[str, Any]:
    lines = [{"item_id": world.item, "quantity": 1, "disposition": "restock"}]
    return {"lines": lines, "reason": "Too large", "reason_code": "size", "note": "Ring twice"}


def _receipt(world: World) -> dict[str, Any]:
    lines = [{"item_id": world.item, "quantity": 1, "disposition": "write_off"}]
    return {"lines": lines, "disposition": "restock", "note": "Ring twice"}


def _exchange(world: World) -> dict[str, Any]:
    return {"items": [{"sku": "EXAMPLE", "quantity": 1}], "note": "Ring twice"}


def _token(world: World) -> dict[str, Any]:
    return {"name": "Shop", "scopes": ["read"], "expires_at": "2099-12-31T12:00:00Z"}


EXAMPLES: dict[Endpoint, Example] = {
    ("get", "reports"): Example(EVERYBODY),
    **{("get", f"report-{report.name}"): Example(report.roles) for report in REPORTS.values()},
    ("get", "me"): Example(EVERYBODY),
    ("get", "token-list"): Example(EVERYBODY),
    ("post", "token-list"): Example(EVERYBODY, _token),
    ("get", "token-detail"): Example(EVERYBODY),
    ("delete", "token-detail"): Example(EVERYBODY, lambda w: {}),
    ("get", "customer-list"): Example(ROLES),
    ("post", "customer-list"): Example((SALES, MANAGER), _customer),
    ("get", "customer-detail"): Example(ROLES),
    ("patch", "customer-detail"): Example((SALES, FINANCE, MANAGER), _customer),
    ("post", "customer-bulk"): Example((SALES, MANAGER), lambda w: {"items": [_customer(w)]}),
    ("get", "customer-orders"): Example(ROLES),
    ("post", "customer-merge"): Example((MANAGER,), lambda w: {"into": w.other_customer}),
    ("get", "group-list"): Example(ROLES),
    ("post", "group-list"): Example((MANAGER,), _group),
    ("get", "group-detail"): Example(ROLES),
    ("patch", "group-detail"): Example((MANAGER,), _group),
    ("delete", "group-detail"): Example((MANAGER,), lambda w: {}),
    ("get", "address-list"): Example(ROLES),
    ("post", "address-list"): Example((SALES, FINANCE, MANAGER), _entry),
    ("get", "address-detail"): Example(ROLES),
    ("patch", "address-detail"): Example((SALES, FINANCE, MANAGER), _entry),
    ("delete", "address-detail"): Example((SALES, FINANCE, MANAGER), lambda w: {}),
    ("get", "product-list"): Example(ROLES),
    ("post", "product-list"): Example((MANAGER,), _product),
    ("get", "product-detail"): Example(ROLES),
    ("patch", "product-detail"): Example(
        (MANAGER,), lambda w: {name: value for name, value in _product(w).items() if name != "stock_quantity"}
    ),
    ("get", "product-by-sku"): Example(ROLES),
    ("put", "product-by-sku"): Example(
        (MANAGER,), lambda w: {name: value for name, value in _product(w).items() if name != "sku"}
    ),
    ("post", "product-bulk"): Example((MANAGER,), lambda w: {"items": [_product(w)]}),
    ("get", "product-movements"): Example(ROLES),
    ("get", "product-stock"): Example(ROLES),
    ("post", "product-bulk-stock"): Example(
        (WAREHOUSE, MANAGER), lambda w: {"items": [{"sku": "EXAMPLE", "delta": 3}], "reason": "found", **FOUND}
    ),
    ("post", "product-adjust-stock"): Example((WAREHOUSE, MANAGER), lambda w: {"delta": 3, "reason": "found", **FOUND}),
    ("get", "order-list"): Example(ROLES),
    ("post", "order-list"): Example((SALES, MANAGER), _order),
    ("post", "order-bulk"): Example((SALES, MANAGER), lambda w: {"action": "confirm", "ids": [w.order]}),
    ("get", "order-detail"): Example(ROLES),
    ("post", "order-duplicate"): Example((SALES, MANAGER), _duplication, "CANCELLED"),
    ("put", "order-change-items"): Example((SALES, MANAGER), _items),
    ("patch", "order-change-addresses"): Example((SALES, MANAGER), _addresses),
    ("post", "order-confirm"): Example((SALES, MANAGER), _note),
    ("post", "order-ship"): Example((WAREHOUSE, MANAGER), _parcel, "CONFIRMED"),
    ("post", "order-short-close"): Example((SALES, MANAGER), _short_close, "CONFIRMED"),
    ("get", "order-shipments"): Example(ROLES, status="prepared"),
    ("post", "order-shipments"): Example((WAREHOUSE, MANAGER), _parcel, "CONFIRMED"),
    ("post", "shipment-dispatch"): Example((WAREHOUSE, MANAGER), _dispatch, "prepared"),
    ("post", "shipment-deliver"): Example((WAREHOUSE, MANAGER), _note, "dispatched"),
    ("post", "shipment-void"): Example((WAREHOUSE, MANAGER), _note, "prepared"),
    ("post", "order-deliver"): Example((WAREHOUSE, MANAGER), _note, "SHIPPED"),
    ("post", "order-cancel"): Example((SALES, MANAGER), lambda w: {"reason": "Late", "reason_code": "late"}),
    ("post", "order-notes"): Example((SALES, WAREHOUSE, FINANCE, MANAGER), _own_note),
    ("get", "order-events"): Example(ROLES),
    ("get", "order-holds"): Example(ROLES, held=True),
    ("post", "order-holds"): Example((SALES, WAREHOUSE, FINANCE, MANAGER), _hold),
    ("post", "order-release-hold"): Example((SALES, FINANCE, MANAGER), lambda w: {"reason": "Settled"}, held=True),
    ("get", "order-payments"): Example(ROLES),
    ("post", "order-payments"): Example((FINANCE, MANAGER), _payment),
    ("post", "order-void-payment"): Example((FINANCE, MANAGER), lambda w: {"reason": "A mistake"}),
    ("get", "order-refunds"): Example(ROLES),
    ("post", "order-refunds"): Example((FINANCE, MANAGER), _refund, "returned"),
    ("get", "order-returns"): Example(ROLES, status="returned"),
    ("post", "order-returns"): Example((SALES, WAREHOUSE, MANAGER), _return, "SHIPPED"),
    ("post", "return-receive"): Example((WAREHOUSE, MANAGER), _receipt, "returned"),
    ("post", "return-cancel"): Example((SALES, WAREHOUSE, MANAGER), _note, "returned"),
    ("post", "return-exchange"): Example((SALES, MANAGER), _exchange, "returned"),
}
# Public, because they hold no data; tried in a file of their own.
DOCUMENTS: set[Endpoint] = {("any", "openapi"), ("any", "docs")}
MUTATIONS = [endpoint for endpoint in EXAMPLES if EXAMPLES[endpoint].body is not None]
# Of one thing each, which the answer shows: not of many, and not with a secret that is shown but once.
SINGLE = [each for each in MUTATIONS if "bulk" not in each[1] and each != ("post", "token-list")]
READINGS = [endpoint for endpoint in EXAMPLES if EXAMPLES[endpoint].body is None]
# They are asked in a snapshot of their own, which sees only what was committed.
REPORT_ADDRESSES = [endpoint for endpoint in EXAMPLES if endpoint[1].startswith("report-")]

LISTED = ("-list", "-events", "-movements", "-orders", "-holds", "-payments", "-refunds", "-shipments", "-returns")
LISTS = [each for each in READINGS if each[1].endswith(LISTED)]
# What the ids in an address are of, where they are not one of the thing it is named for.
NESTED = {
    "order-void-payment": ("order", "payment"),
    "order-release-hold": ("order", "hold"),
    "address-list": ("customer",),
    "address-detail": ("customer", "address"),
    "shipment-dispatch": ("order", "shipment"),
    "shipment-deliver": ("order", "shipment"),
    "shipment-void": ("order", "shipment"),
    "return-receive": ("order", "sent_back"),
    "return-cancel": ("order", "sent_back"),
    "return-exchange": ("order", "sent_back"),
}


def alike(endpoints: Iterable[Endpoint]) -> dict[str, list[Endpoint]]:
    """Addresses by the world that their examples need: a test that leaves it as it is makes it once for all of them."""
    groups: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        example = EXAMPLES[endpoint]
        groups.setdefault(f"{example.status}{', held' if example.held else ''}", []).append(endpoint)
    return groups


def names_an_id(name: str) -> bool:
    plain = name.endswith(("-list", "-bulk", "-bulk-stock", "-by-sku")) or name == "me" or name.startswith("report")
    return name in NESTED or not plain


def endpoints() -> set[Endpoint]:
    """Every method and name of an address under /api, as the URL resolver knows them."""
    return {
        (method, str(pattern.name))
        for pattern in _patterns(get_resolver(), "")
        for method in getattr(pattern.callback, "actions", {"any": ""})
        if method != "head"
    }


def _patterns(resolver: URLResolver, prefix: str) -> Iterator[URLPattern]:
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _patterns(each, route)
        elif route.startswith("api/"):
            yield each


def address(name: str, world: World) -> str:
    """Where the example of a name is found."""
    if name in NESTED:
        return reverse(name, args=[getattr(world, thing) for thing in NESTED[name]])
    if name == "report-ledger":
        return reverse(name) + "?product=EXAMPLE"
    if names_an_id(name):
        return reverse(name, args=[getattr(world, name.partition("-")[0])])
    return reverse(name, args=["EXAMPLE"] if name.endswith("-by-sku") else [])


def call(client: Client, endpoint: Endpoint, world: World, body: Any = None, query: str = "", **headers: str) -> Any:
    """Make a request of the example's kind, with its own body or another."""
    method, name = endpoint
    build = EXAMPLES[endpoint].body
    if body is None and build is not None:
        body = build(world)
    data = {"data": body, "content_type": "application/json"} if build is not None else {}
    where = address(name, world)
    return getattr(client, method)(
        where + (query.replace("?", "&") if "?" in where else query), **data, headers=headers
    )


def is_refused(answer: Any, *codes: str) -> bool:
    """Whether it is a problem of the caller's making, told as all problems are."""
    problem = answer.json()
    return (
        400 <= answer.status_code < 500
        and answer["Content-Type"] == "application/problem+json"
        and problem["status"] == answer.status_code
        and (not codes or problem["code"] in codes)
    )
