"""The addresses under /api/v1/products/, but for those that need reserved stock, which live with the orders."""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import conditional
from common.api.bulk import IndexedResults, Item, by_index
from common.api.pagination import SequencePagination
from common.api.views import ViewSet, checked
from common.idempotency import Answer
from products import services
from products.api.filters import ProductFilter
from products.api.serializers import (
    MovementSerializer,
    NewProduct,
    NewProducts,
    ProductChange,
    ProductOfSku,
    ProductSerializer,
)
from products.models import AGGREGATE, Product, StockMovement


class ProductViewSet(ViewSet):
    queryset = Product.objects.all()
    serializer_class = ProductSerializer
    filterset_class = ProductFilter
    subject = AGGREGATE
    inputs: ClassVar = {
        "create": NewProduct,
        "partial_update": ProductChange,
        "by_sku": ProductOfSku,
        "bulk": NewProducts,
    }
    outputs: ClassVar = {"bulk": IndexedResults}
    statuses: ClassVar = {"create": (201,), "by_sku": (200, 201)}
    permissions: ClassVar = {
        "list": "products.view_product",
        "retrieve": "products.view_product",
        "retrieve_by_sku": "products.view_product",
        "create": "products.add_product",
        "partial_update": "products.change_product",
        "by_sku": "products.add_product",
        "bulk": "products.add_product",
        "movements": "products.view_product",
    }
    list_actions = frozenset({"list", "movements"})
    located_actions = frozenset({"create", "by_sku"})
    tagged_actions = frozenset({"retrieve", "retrieve_by_sku"})

    def etag(self, record: Any) -> str:
        return conditional.etag(record.version, record.stock_seq)

    def location(self, record: Product) -> str:
        return reverse("product-detail", args=[record.pk])

    def create(self, request: Request) -> HttpResponse:
        """Create a product.

        Its SKU is unique, and case matters: one that is taken is a 409 `duplicate`. `stock_quantity` is what is
        available at the beginning; from then on, stock documents and orders change it.
        """
        fields = self.read()
        return self.perform(lambda: services.create_product(actor=self.actor, **fields))

    def partial_update(self, request: Request, pk: str) -> HttpResponse:
        """Change a product.

        Only what is given is changed; orders that were placed keep the price, SKU and name they were placed with.
        An ETag is `"<version>-<stock>"`, of which If-Match compares only the version: renaming a product never fails
        because somebody bought one. Stock is changed with adjust-stock.
        """
        fields = self.read()
        return self.perform(
            lambda: services.change_product(int(pk), actor=self.actor, expected_version=self.expected_version, **fields)
        )

    @action(detail=False, methods=["put"], url_path=r"by-sku/(?P<sku>.+)", lookup_field="sku")
    def by_sku(self, request: Request, sku: str) -> HttpResponse:
        """Create the product with this SKU, or change it.

        For programs that keep a catalogue in step. What is left out keeps its value; `stock_quantity` is for a new
        product alone. Also needs `products.change_product`.
        """
        self.require("products.change_product")
        fields = self.read(sku=sku)
        if fields["sku"] != sku.strip():
            raise ValidationError({"sku": ["The address names another SKU."]})
        return self.send(lambda: self._put(fields, self.expected_version))

    @by_sku.mapping.get
    def retrieve_by_sku(self, request: Request, sku: str) -> HttpResponse:
        """The product with this SKU, with its ETag."""
        return self.retrieve(request, sku)

    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> HttpResponse:
        """Create or change products, known by their SKU.

        Each item is done or refused by itself. Under an Idempotency-Key, a repeat of the request does what is missing
        and answers the rest as before. Also needs `products.change_product`.
        """
        self.require("products.change_product")
        bodies = enumerate(self.read()["items"])
        return self.perform_each((Item(n, body, partial(self._put_item, body)) for n, body in bodies), by_index)

    def _put_item(self, body: Any) -> Answer:
        return self._put(checked(NewProduct, body), None)

    def _put(self, fields: Mapping[str, Any], expected_version: int | None) -> Answer:
        product, is_new = services.put_product(actor=self.actor, expected_version=expected_version, **fields)
        return self.answer(product, 201 if is_new else 200, self.render)

    @action(
        detail=True,
        pagination_class=SequencePagination,
        serializer_class=MovementSerializer,
        filterset_class=None,
        default_ordering="sequence",
    )
    def movements(self, request: Request, pk: str) -> Response:
        """The ledger that explains the product's stock.

        Each movement changed what is available by `delta`, to `balance`. Shipping is none: what is shipped stopped
        being available when it was ordered.
        """
        product = get_object_or_404(Product.objects.only("pk"), pk=pk)
        return self.page_of(StockMovement.objects.filter(product=product))
