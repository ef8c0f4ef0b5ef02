"""Who may sign in and what programs sign in with."""

import hashlib
import secrets
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from accounts.scopes import allow

TOKEN_PREFIX = "oms_"  # noqa: S105 - it says what a leaked string is


class User(AbstractUser):
    """A person of the staff, or a service: a program with rights of its own that cannot sign in."""

    is_service = models.BooleanField(default=False)

    class Meta(AbstractUser.Meta):
        db_table = "users"

    @property
    def actor_name(self) -> str:
        return f"user:{self.pk}"


class ApiToken(models.Model):
    """A key to the API for one person or service. Only its hash is kept: nobody can read it again.

    `scopes` narrow what its owner may do; none is no narrowing. `created_by` and `revoked_by` name actors.
    """

    name = models.CharField(max_length=100)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.CharField(max_length=255, default="", blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_by = models.CharField(max_length=255, default="", blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    # What its user may do, read together with the token; empty on an instance read any other way.
    granted: frozenset[str] = frozenset()

    class Meta:
        db_table = "api_tokens"
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def actor_name(self) -> str:
        return f"token:{self.pk}"

    @property
    def version(self) -> int:
        """A token changes once in its life."""
        return 1 if self.revoked_at is None else 2

    def has_perm(self, permission: str) -> bool:
        return allow(self.scopes, permission) and (self.user.is_superuser or permission in self.granted)


def new_secret() -> str:
    """A token as its owner sees it, once: 256 bits of randomness."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is stored of a token. It is random, so a plain hash suffices: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
