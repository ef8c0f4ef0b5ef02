from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from common.api.views import ID
from orders.api.exchanges import ExchangeViewSet
from orders.api.holds import HoldViewSet
from orders.api.merging import MergedCustomersViewSet
from orders.api.payments import PaymentViewSet, RefundViewSet
from orders.api.returns import ReturnViewSet
from orders.api.shipments import ShipmentViewSet
from orders.api.stock import StockViewSet
from orders.api.views import CustomerOrdersViewSet, OrderViewSet

router = SimpleRouter()
router.register("orders", OrderViewSet)

ORDER = rf"^orders/(?P<order_id>{ID})/"
SHIPMENTS = rf"^orders/(?P<order_id>{ID})/shipments/"
SHIPMENT = SHIPMENTS + rf"(?P<shipment_id>{ID})/"
RETURN = ORDER + rf"returns/(?P<return_id>{ID})/"
PRODUCT = rf"^products/(?P<pk>{ID})/"

urlpatterns = [
    re_path(SHIPMENTS + "$", ShipmentViewSet.as_view({"get": "list", "post": "prepare"}), name="order-shipments"),
    re_path(SHIPMENT + "dispatch/$", ShipmentViewSet.as_view({"post": "dispatch_one"}), name="shipment-dispatch"),
    re_path(SHIPMENT + "deliver/$", ShipmentViewSet.as_view({"post": "deliver"}), name="shipment-deliver"),
    re_path(SHIPMENT + "void/$", ShipmentViewSet.as_view({"post": "void"}), name="shipment-void"),
    re_path(PRODUCT + "adjust-stock/$", StockViewSet.as_view({"post": "adjust"}), name="product-adjust-stock"),
    re_path(PRODUCT + "stock/$", StockViewSet.as_view({"get": "stock"}), name="product-stock"),
    path("products/bulk-stock/", StockViewSet.as_view({"post": "adjust_many"}), name="product-bulk-stock"),
    re_path(
        rf"^customers/(?P<customer_id>{ID})/orders/$",
        CustomerOrdersViewSet.as_view({"get": "list"}),
        name="customer-orders",
    ),
    re_path(ORDER + "holds/$", HoldViewSet.as_view({"get": "list", "post": "place"}), name="order-holds"),
    re_path(
        ORDER + rf"holds/(?P<pk>{ID})/release/$", HoldViewSet.as_view({"post": "release"}), name="order-release-hold"
    ),
    re_path(
        rf"^customers/(?P<pk>{ID})/merge/$",
        MergedCustomersViewSet.as_view({"post": "merge"}),
        name="customer-merge",
    ),
    re_path(ORDER + "payments/$", PaymentViewSet.as_view({"get": "list", "post": "record"}), name="order-payments"),
    re_path(
        ORDER + rf"payments/(?P<pk>{ID})/void/$", PaymentViewSet.as_view({"post": "void"}), name="order-void-payment"
    ),
    re_path(ORDER + "refunds/$", RefundViewSet.as_view({"get": "list", "post": "refund"}), name="order-refunds"),
    re_path(ORDER + "returns/$", ReturnViewSet.as_view({"get": "list", "post": "ask"}), name="order-returns"),
    re_path(RETURN + "receive/$", ReturnViewSet.as_view({"post": "receive"}), name="return-receive"),
    re_path(RETURN + "cancel/$", ReturnViewSet.as_view({"post": "call_off"}), name="return-cancel"),
    re_path(RETURN + "exchange/$", ExchangeViewSet.as_view({"post": "exchange"}), name="return-exchange"),
    *router.urls,
]
