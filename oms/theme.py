"""The look of the back-office: what django-unfold is told. Without that theme the pages are Django's own."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy

NEW_ORDER = "orders_order_add"


def _item(title: str, icon: str, page: str, permission: str) -> dict[str, Any]:
    def may_see(request: HttpRequest) -> bool:
        return bool(request.user.has_perm(permission))

    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{page}"), "permission": may_see}


def _is_among_orders(request: HttpRequest) -> bool:
    """The theme would take the page of a new order, which has a line of its own, for one of the list's."""
    orders, new = reverse("admin:orders_order_changelist"), reverse(f"admin:{NEW_ORDER}")
    return request.path.startswith(orders) and request.path != new


NAVIGATION: list[dict[str, Any]] = [
    {
        "items": [
            {"title": "Today", "icon": "dashboard", "link": reverse_lazy("admin:index")},
            _item("Orders", "receipt_long", "orders_order_changelist", "orders.view_order")
            | {"active": _is_among_orders},
            _item("New order", "add_shopping_cart", NEW_ORDER, "orders.place_order"),
            _item("Customers", "group", "customers_customer_changelist", "customers.view_customer"),
            {
                "title": "Reports",
                "icon": "monitoring",
                "link": reverse_lazy("admin:reporting_report_changelist"),
                "permission": "reporting.admin.pages.may_see_any",
            },
            _item("Customer groups", "groups", "customers_customergroup_changelist", "customers.view_customergroup"),
        ]
    },
    {
        "title": "Stock",
        "separator": True,
        "items": [
            _item("Products", "inventory_2", "products_product_changelist", "products.view_product"),
            _item("Stock ledger", "swap_vert", "products_stockmovement_changelist", "products.view_product"),
        ],
    },
    {
        "title": "Administration",
        "separator": True,
        "items": [
            _item("Users", "badge", "accounts_user_changelist", "accounts.view_user"),
            _item("Roles", "shield_person", "auth_group_changelist", "auth.view_group"),
            _item("API tokens", "key", "accounts_apitoken_changelist", "accounts.view_apitoken"),
            _item("Event log", "history", "events_event_changelist", "events.view_event"),
        ],
    },
]

UNFOLD = {
    "SITE_TITLE": "Order management",
    "SITE_HEADER": "Order management",
    "SITE_SYMBOL": "shopping_bag",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "href": lambda request: static("common/favicon.svg")}],
    "SHOW_HISTORY": False,
    "DASHBOARD_CALLBACK": "reporting.admin.dashboard.fill",
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "STYLES": [lambda request: static("common/back-office.css")],
    "COLORS": {
        # A calm blue; the shades are those of Tailwind CSS 4 under the same name.
        "primary": {
            "50": "oklch(97% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        }
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": NAVIGATION},
}
