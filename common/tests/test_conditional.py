"""Nobody overwrites what they have not seen, and nobody is sent what they have."""

from typing import Any

import pytest
from django.test import Client

from common.tests.contents import contents
from oms.tests.addresses import EXAMPLES, READINGS, SINGLE, World, address, call
from orders.tests.factories import ACTOR
from products.models import Product
from products.services import adjust_stock
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

Endpoint = tuple[str, str]
CHANGES = [endpoint for endpoint in SINGLE if not endpoint[1].endswith("-list")]
# Whose version it is that they change, where it is not that of the thing they are named for.
OWNERS = {"shipment": "order", "return": "order"}
# They answer with another record than the one whose version they look at.
MAKERS = {("post", "order-duplicate"), ("post", "return-exchange"), ("post", "customer-merge")}
RECORDS = [endpoint for endpoint in READINGS if endpoint[1].endswith("-detail")]


@pytest.mark.parametrize("endpoint", CHANGES, ids=" ".join)
def test_a_change_of_an_old_version_is_refused(endpoint: Endpoint, api: Client) -> None:
    world = EXAMPLES[endpoint].world()
    before = contents()

    answer = call(api, endpoint, world, **{"If-Match": '"999"'})

    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert answer.json()["current_version"] >= 1
    assert contents() == before


@pytest.mark.parametrize("endpoint", [each for each in CHANGES if each not in MAKERS], ids=" ".join)
def test_the_tag_of_the_record_allows_its_change_once(endpoint: Endpoint, api: Client) -> None:
    world = EXAMPLES[endpoint].world()
    kind = endpoint[1].partition("-")[0]
    record = address(f"{OWNERS.get(kind, kind)}-detail", world)
    tag = api.get(record)["ETag"]

    changed = call(api, endpoint, world, **{"If-Match": tag})
    again = call(api, endpoint, world, **{"If-Match": tag})

    assert changed.status_code in (200, 201)
    if api.get(record).status_code == 404:  # gone
        assert again.status_code in (404, 412)  # or that of the customer it belonged to
    else:
        assert changed["ETag"] == api.get(record)["ETag"] != tag
        assert again.status_code == 412


def rename(api: Client, product: Product, tag: str) -> Any:
    return api.patch(
        f"/api/v1/products/{product.pk}/",
        {"name": "Lantern"},
        content_type="application/json",
        headers={"If-Match": tag},
    )


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', "*", ' "1" ', '"1-1"', '"1-999"'])
def test_tags_that_match(tag: str, api: Client) -> None:
    assert rename(api, ProductFactory(), tag).status_code == 200


@pytest.mark.parametrize(
    "tag",
    ["", "1", '"2"', '"0"', '"-1"', '"1', '""', '"x"', '"1.0"', "'1'", '"' + "9" * 400 + '"', 'w/"1"', '"٣"', "**"],
)
def test_tags_that_we_never_gave_match_nothing(tag: str, api: Client) -> None:
    product = ProductFactory()
    raw = tag.encode().decode("latin-1")

    assert rename(api, product, raw).status_code == 412
    assert Product.objects.get(pk=product.pk).version == 1


def test_a_list_of_tags_is_asked_to_be_one(api: Client) -> None:
    answer = rename(api, ProductFactory(), '"1", "2"')

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/If-Match")


def test_a_sale_does_not_make_a_new_name_stale(api: Client) -> None:
    world = World.with_order("PENDING")
    tag = api.get(address("product-detail", world))["ETag"]
    call(api, ("post", "order-list"), world)

    assert api.get(address("product-detail", world), headers={"If-None-Match": tag}).status_code == 200
    assert call(api, ("patch", "product-detail"), world, **{"If-Match": tag}).status_code == 200


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', '{} , "y"', "*"])
@pytest.mark.parametrize("endpoint", RECORDS, ids=" ".join)
def test_what_is_known_is_not_sent_again(endpoint: Endpoint, form: str, api: Client) -> None:
    world = EXAMPLES[endpoint].world()
    tag = call(api, endpoint, world)["ETag"]

    answer = call(api, endpoint, world, **{"If-None-Match": form.format(tag)})

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("tag", ["", '"0"', "1", '"1-0"', '""', "rubbish", ","])
def test_what_is_not_known_is_sent(tag: str, api: Client) -> None:
    product = ProductFactory()

    answer = api.get(f"/api/v1/products/{product.pk}/", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.json()["id"]) == (200, product.pk)


def test_a_products_tag_tells_of_its_stock_too(api: Client) -> None:
    product = ProductFactory()
    first = api.get(f"/api/v1/products/{product.pk}/")["ETag"]

    adjust_stock(product.pk, actor=ACTOR, delta=1, reason="found")

    assert (first, api.get(f"/api/v1/products/{product.pk}/")["ETag"]) == ('"1-1"', '"2-2"')
