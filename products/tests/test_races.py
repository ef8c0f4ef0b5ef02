"""Two people change the same product: neither overwrites what they have not seen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet

from common.actors import Actor
from common.tests.racing import Meeting, codes, meet_after, race
from common.transactions import run
from events.models import Event
from products.models import Product, ProductQuerySet
from products.services import acts as services
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)


def race_to_rename(monkeypatch: pytest.MonkeyPatch, product: Product, patience: float) -> list[str]:
    meet_after(monkeypatch, services, "require_version", Meeting(patience=patience))

    def renaming(name: str) -> Callable[[], Any]:
        actor = Actor.command(name)
        return lambda: run(
            lambda: services.change_product(product.pk, actor=actor, name=name, expected_version=product.version)
        )

    return codes(race(renaming("Lantern"), renaming("Torch")))


def test_one_of_two_changes_of_one_version_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    product = ProductFactory()

    assert race_to_rename(monkeypatch, product, 0.25) == ["done", "stale_version"]
    last = Event.objects.get(aggregatetype="product", aggregateid=product.pk, version=2)
    assert last.payload["name"] == [product.name, Product.objects.get(pk=product.pk).name]


def test_control_without_the_lock_only_the_log_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(products: QuerySet[Any]) -> QuerySet[Any]:
        return products.order_by("pk")

    monkeypatch.setattr(ProductQuerySet, "locked", unlocked)

    assert race_to_rename(monkeypatch, ProductFactory(), 10) == ["done", "duplicate"]
