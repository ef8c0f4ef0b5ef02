from django.urls import re_path
from rest_framework.routers import SimpleRouter

from common.api.views import ID
from customers.api.addresses import AddressViewSet
from customers.api.groups import GroupViewSet
from customers.api.views import CustomerViewSet

router = SimpleRouter()
router.register("customers", CustomerViewSet)
router.register("customer-groups", GroupViewSet, basename="group")

ADDRESSES = rf"^customers/(?P<customer_id>{ID})/addresses/"

urlpatterns = [
    re_path(
        ADDRESSES + "$",
        AddressViewSet.as_view({"get": "list", "post": "create"}),
        name="address-list",
    ),
    re_path(
        ADDRESSES + rf"(?P<pk>{ID})/$",
        AddressViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="address-detail",
    ),
    *router.urls,
]
