"""`Authorization: Bearer <token>` (RFC 6750)."""

from typing import Any

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import services
from accounts.models import ApiToken, User


class BearerTokenAuthentication(BaseAuthentication):
    """Knows the caller by an API token; a wrong, expired or revoked one is a 401 that does not say which."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = services.authenticate(secret.strip().decode("latin-1"))
        if token is None:
            raise AuthenticationFailed("The token is not valid.")
        return token.user, token

    def authenticate_header(self, request: Request) -> Any:
        return 'Bearer realm="oms"'
