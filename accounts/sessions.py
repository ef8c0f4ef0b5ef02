"""Where sessions are kept: in the database, as Django does it."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    """Takes no key that Django never gave: a cookie with a NUL in it would be an error of the database."""

    def _validate_session_key(self, key: str) -> bool:
        valid: bool = super()._validate_session_key(key)  # type: ignore[misc]  # its types leave it out
        return valid and key.isascii() and key.isalnum()
