"""Every address of the system."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from common.api.documents import DocsView, OpenAPIView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/v1/openapi.json", OpenAPIView.as_view(), name="openapi"),
    path("api/v1/docs/", DocsView.as_view(), name="docs"),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("customers.api.urls")),
    path("api/v1/", include("products.api.urls")),
    path("api/v1/", include("orders.api.urls")),
    path("api/v1/", include("reporting.api.urls")),
]

handler400 = "common.api.problems.bad_request"
handler403 = "common.api.problems.forbidden"
handler404 = "common.api.problems.unknown_address"
handler500 = "common.api.problems.server_error"
