"""The ledger of available stock. It stands here because its rows lead to the orders that caused them."""

from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.services import names_of
from common.admin import ReadOnlyAdmin
from common.admin.exports import Exported
from common.exports.columns import Column, Kind
from orders.admin.lists import links
from orders.models import NUMBER
from products.models import StockMovement

EXPORTED: Exported = {
    Column("created_at", Kind.MOMENT): attrgetter("created_at"),
    Column("sku", Kind.TEXT): attrgetter("product.sku"),
    **{Column(name, Kind.INTEGER): attrgetter(name) for name in ("sequence", "delta", "balance")},
    Column("kind", Kind.TEXT): attrgetter("kind"),
    Column("order_id", Kind.INTEGER, optional=True): attrgetter("order_id"),
    Column("actor", Kind.TEXT): attrgetter("actor"),
    Column("reason", Kind.TEXT): attrgetter("reason"),
    Column("reason_code", Kind.TEXT, optional=True): attrgetter("reason_code"),
}


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    view_permission = "products.view_product"
    list_display = ("created_at", "product", "units", "balance", "kind", "order", "who", "reason", "reason_code")
    exported = EXPORTED
    list_select_related = ("product",)
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("order_id",)
    search_help_text = "A SKU, or the number of an order"

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the names of those who moved the stock on this page."""
        changelist = super().get_changelist_instance(request)
        names = names_of({row.actor for row in changelist.result_list})
        for row in changelist.result_list:
            row.who = names[row.actor]
        return changelist

    def search(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        order = NUMBER.fullmatch(term)
        return queryset.filter(order_id=int(order[1])) if order else queryset.filter(product__sku=term)

    @admin.display
    def units(self, row: StockMovement) -> str:
        return f"{row.delta:+,}"

    @admin.display
    def order(self, row: StockMovement) -> SafeString:
        return links([row.order_id] if row.order_id else [])

    @admin.display(description="by")
    def who(self, row: Any) -> str:
        return str(row.who)
