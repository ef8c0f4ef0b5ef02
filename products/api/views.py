"""The addresses under /api/v1/products/, but for those that need reserved stock, which live with the orders."""

from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.request import Request

from common.api import conditional
from common.api.views import ViewSet
from products import services
from products.api.filters import ProductFilter
from products.api.serializers import NewProduct, ProductChange, ProductSerializer
from products.models import AGGREGATE, Product


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
    }

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
