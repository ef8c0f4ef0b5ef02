"""The baseline's only address, with the framework's own parts wherever it has one."""

from typing import Any, ClassVar

from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.generics import CreateAPIView
from rest_framework.parsers import JSONParser
from rest_framework.permissions import DjangoModelPermissions

from accounts.models import ApiToken, User, digest_of
from benchmarks.baseline.serializers import OrderSerializer
from orders.models import Order


class OrmTokenAuthentication(TokenAuthentication):
    """DRF's own, looking into our table of tokens."""

    keyword = "Bearer"

    def authenticate_credentials(self, key: str) -> tuple[User, ApiToken]:
        token = ApiToken.objects.select_related("user").filter(digest=digest_of(key)).first()
        if token is None or not token.user.is_active:
            raise AuthenticationFailed("Invalid token.")
        return token.user, token


class MayPlaceOrders(DjangoModelPermissions):
    perms_map: ClassVar[Any] = {"POST": ["orders.place_order"]}


class OrderView(CreateAPIView[Order]):
    queryset = Order.objects.all()
    serializer_class = OrderSerializer
    authentication_classes = (OrmTokenAuthentication,)
    permission_classes = (MayPlaceOrders,)
    parser_classes = (JSONParser,)
