"""Products for tests, made by the service: one without its ledger row would be refused at commit."""

from typing import Any

import factory

from common.actors import Actor
from products.models import Product
from products.services import create_product


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    class Meta:
        model = Product

    sku = factory.Sequence(lambda n: f"SKU-{n:05d}")
    name = factory.Sequence(lambda n: f"Product {n}")
    price_cents = 1_250
    stock_quantity = 10

    @classmethod
    def _create(cls, model_class: type[Product], *args: Any, **kwargs: Any) -> Product:
        return create_product(actor=Actor.command("test"), **kwargs)
