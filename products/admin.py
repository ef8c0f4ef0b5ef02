"""Products in the back-office. Stock documents and the ledger need orders and live there."""

from operator import attrgetter
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common import money
from common.admin import Act, ActForm, CreationForm, LongText, Money, RecordAdmin, Text, act_on
from common.admin.exports import Exported
from common.admin.importing import ImportFile
from common.admin.tabs import TabFilter, tabs
from common.counting import capped_count
from common.exports.columns import Column, Kind
from events.services import Entry, timeline
from products import services
from products.imports import IMPORTER
from products.models import AGGREGATE, MOST_DESCRIPTION, Product
from products.services import MOST_STOCK

MOST_SUGGESTED = 10


class Catalogue(forms.Form):
    sku = Text(label="SKU")
    name = Text()
    description = LongText(required=False, max_length=MOST_DESCRIPTION)
    price_cents = Money(label="Price")
    reorder_level = forms.IntegerField(min_value=0, max_value=MOST_STOCK, initial=0)


class NewProduct(Catalogue, CreationForm):
    stock_quantity = forms.IntegerField(min_value=0, max_value=MOST_STOCK, initial=0, label="Opening stock")


class ProductChange(Catalogue, ActForm):
    is_active = forms.BooleanField(required=False, label="Is sold")


@act_on(Product)
class Create(Act):
    name, label, done = "add", "Add product", "The product was added."
    permission = "products.add_product"
    form_class = NewProduct

    def perform(self, **fields: Any) -> Product:
        return services.create_product(**fields)


@act_on(Product)
class Change(Act):
    name, label, saves, done = "edit", "Edit", "Save", "The product was saved."
    permission = "products.change_product"
    form_class = ProductChange

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.record, name) for name in Product.CATALOGUE}

    def perform(self, **fields: Any) -> Product:
        return services.change_product(self.record.pk, **fields)


EXPORTED: Exported = {
    Column("sku", Kind.TEXT): attrgetter("sku"),
    Column("name", Kind.TEXT): attrgetter("name"),
    Column("price_cents", Kind.CENTS): attrgetter("price_cents"),
    Column("available", Kind.INTEGER): attrgetter("stock_quantity"),
    Column("reorder_level", Kind.INTEGER): attrgetter("reorder_level"),
    Column("is_low", Kind.TEXT): lambda product: "yes" if product.is_low else "no",
    Column("is_sold", Kind.TEXT): lambda product: "yes" if product.is_active else "no",
}


@act_on(Product)
class Import(ImportFile):
    permission, importer = "products.add_product", IMPORTER


class LowFilter(TabFilter):
    title, parameter_name = "stock", "low_on_stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Low on stock")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.low_on_stock() if self.value() == "yes" else queryset


@admin.register(Product)
class ProductAdmin(RecordAdmin):
    list_display = ("sku", "name", "price", "available", "reorder_level", "sold")
    list_filter = (LowFilter, "is_active")
    search_fields = ("sku",)
    search_help_text = "Beginning of a SKU, or words of the name"
    sortable_by = ("sku",)
    exported = EXPORTED

    def get_urls(self) -> list[URLPattern]:
        find = self.admin_site.admin_view(self.lookup_view)
        return [path("lookup/", find, name="products_product_lookup"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        low = ("yes", "Low on stock", capped_count(Product.objects.low_on_stock()))
        shown = tabs(request, LowFilter.parameter_name, [low])
        return super().changelist_view(request, {"tabs": shown, **(extra_context or {})})

    def lookup_view(self, request: HttpRequest) -> HttpResponse:
        """The products on sale that a few letters may mean, with stock and price, for whoever types an order."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        text = request.GET.get("q", "").strip()
        products = [] if not text or "\0" in text else list(Product.objects.meant_by(text)[:MOST_SUGGESTED])
        shown = [
            {
                "sku": product.sku,
                "name": product.name,
                "available": product.stock_quantity,
                "price_cents": product.price_cents,
            }
            for product in products
        ]
        return JsonResponse({"products": shown})

    @admin.display(description="available")
    def available(self, product: Product) -> SafeString:
        low = format_html(' <span class="state state-low">{}</span>', "low") if product.is_low else ""
        return format_html("{}{}", f"{product.stock_quantity:,}", low)

    @admin.display(description="is sold")
    def sold(self, product: Product) -> bool:
        return product.is_active

    @admin.display(description="price")
    def price(self, product: Product) -> str:
        return money.shown(product.price_cents)

    def search(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        return queryset.search(term)

    def story(self, record: Product, *, after: int = 0) -> list[Entry]:
        return timeline(AGGREGATE, record.pk, after=after)

    def facts(self, request: HttpRequest, record: Product) -> dict[str, Any]:
        pairs = [
            ("SKU", record.sku),
            ("Name", record.name),
            ("Description", record.description),
            ("Price", money.shown(record.price_cents)),
            ("Reorder level", record.reorder_level),
            ("Is sold", "yes" if record.is_active else "no"),
        ]
        return {"title": record.sku, "subtitle": record.name, "pairs": pairs}
