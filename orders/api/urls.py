from django.urls import re_path
from rest_framework.routers import SimpleRouter

from common.api.views import ID
from orders.api.stock import StockViewSet
from orders.api.views import OrderViewSet

router = SimpleRouter()
router.register("orders", OrderViewSet)

urlpatterns = [
    re_path(
        rf"^products/(?P<pk>{ID})/adjust-stock/$",
        StockViewSet.as_view({"post": "adjust"}),
        name="product-adjust-stock",
    ),
    *router.urls,
]
