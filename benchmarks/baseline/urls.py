from django.urls import path

from benchmarks.baseline.views import OrderView

urlpatterns = [path("api/v1/orders/", OrderView.as_view())]
