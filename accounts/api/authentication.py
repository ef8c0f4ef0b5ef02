"""`Authorization: Bearer <token>` (RFC 6750)."""

from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import services
from accounts.models import ApiToken, User


class BearerTokenAuthentication(BaseAuthentication):
    """Knows the caller by an API token; a wrong, expired or revoked one is a 401 that does not say which."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = services.authenticate(secret.strip()) if secret.isascii() else None
        if token is None:
            raise AuthenticationFailed("The token is not valid.")
        return token.user, token

    def authenticate_header(self, request: Request) -> Any:
        return 'Bearer realm="oms"'


class StaffSessionAuthentication(SessionAuthentication):
    """The session of the admin, for members of the staff; changes need the CSRF token."""

    def authenticate(self, request: Request) -> Any:
        user = getattr(request._request, "user", None)
        return super().authenticate(request) if user is not None and user.is_staff else None
