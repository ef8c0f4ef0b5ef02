from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.api.views import MeViewSet, TokenViewSet

router = SimpleRouter()
router.register("tokens", TokenViewSet, basename="token")

urlpatterns = [path("me/", MeViewSet.as_view({"get": "show"}), name="me"), *router.urls]
