from django.urls import re_path
from rest_framework.routers import SimpleRouter

from orders.api.stock import StockViewSet
from orders.api.views import OrderViewSet

router = SimpleRouter()
router.register("orders", OrderViewSet)

urlpatterns = [
    re_path(
        r"^products/(?P<pk>[0-9]{1,18})/adjust-stock/$",
        StockViewSet.as_view({"post": "adjust"}),
        name="product-adjust-stock",
    ),
    *router.urls,
]
