"""The addresses under /api/v1/products/, but for those that need reserved stock, which live with the orders."""

from functools import partial
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import conditional
from common.api.bulk import Item, ItemsInput, by_index
from common.api.pagination import SequencePagination
from common.api.views import ViewSet, checked
from common.idempotency import Answer
from products import services
from products.api.filters import ProductFilter
from products.api.serializers import MovementSerializer, NewProduct, ProductChange, ProductSerializer
from products.models import AGGREGATE, Product, StockMovement


class ProductViewSet(ViewSet):
    queryset = Product.objects.all()
    serializer_class = ProductSerializer
    filterset_class = ProductFilter
    subject = AGGREGATE
    permissions: ClassVar = {
        "list": "products.view_product",
        "retrieve": "products.view_product",
        "create": "products.add_product",
        "partial_update": "products.change_product",
        "by_sku": "products.add_product",
        "bulk": "products.add_product",
        "movements": "products.view_product",
    }
    list_actions = frozenset({"list", "movements"})

    def etag(self, record: Any) -> str:
        return conditional.etag(record.version, record.stock_seq)

    def create(self, request: Request) -> HttpResponse:
        fields = self.read(NewProduct)
        return self.perform(lambda: services.create_product(actor=self.actor, **fields), status=201)

    def partial_update(self, request: Request, pk: str) -> HttpResponse:
        fields = self.read(ProductChange)
        return self.perform(
            lambda: services.change_product(int(pk), actor=self.actor, expected_version=self.expected_version, **fields)
        )

    @action(detail=False, methods=["put"], url_path=r"by-sku/(?P<sku>.+)")
    def by_sku(self, request: Request, sku: str) -> HttpResponse:
        """Create the product with this SKU or change it, for programs that keep a catalogue in step."""
        self.require("products.change_product")
        body = {"sku": sku, **request.data} if isinstance(request.data, dict) else request.data
        if checked(NewProduct, body)["sku"] != sku.strip():
            raise ValidationError({"sku": ["The address names another SKU."]})
        return self.send(lambda: self._put(body))

    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> HttpResponse:
        """Create or change products, known by their SKU."""
        self.require("products.change_product")
        bodies = self.read(ItemsInput)["items"]
        return self.perform_each((Item(n, body, partial(self._put, body)) for n, body in enumerate(bodies)), by_index)

    def _put(self, body: Any) -> Answer:
        fields = checked(NewProduct, body)
        product, is_new = services.put_product(actor=self.actor, expected_version=self.expected_version, **fields)
        return self.answer(product, 201 if is_new else 200, self.render)

    @action(
        detail=True,
        pagination_class=SequencePagination,
        serializer_class=MovementSerializer,
        filterset_class=None,
        default_ordering="sequence",
    )
    def movements(self, request: Request, pk: str) -> Response:
        """The ledger that explains the product's stock, oldest first."""
        product = get_object_or_404(Product.objects.only("pk"), pk=pk)
        return self.page_of(StockMovement.objects.filter(product=product))
