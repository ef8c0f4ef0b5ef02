"""Making tokens, knowing by one who calls, and who it was that did something."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import ApiToken, User, digest_of, new_secret
from common.errors import Conflict, Duplicate, InvalidInput, NotFound

TOUCH_EVERY_SECONDS = 60


@transaction.atomic(savepoint=False)
def create_token(user: User, *, name: str, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown this once and kept nowhere. Raises InvalidInput without a name."""
    if not name.strip():
        raise InvalidInput("A token needs a name that says what it is for.")
    secret = new_secret()
    token = ApiToken.objects.create(user=user, name=name, expires_at=expires_at, digest=digest_of(secret))
    return token, secret


@transaction.atomic(savepoint=False)
def revoke_token(token_id: int) -> ApiToken:
    """End a token's life at once; one that was revoked before keeps its time. Raises NotFound."""
    token = ApiToken.objects.select_for_update(of=("self",), no_key=True).filter(pk=token_id).first()
    if token is None:
        raise NotFound(f"There is no token {token_id}.")
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def names_of(actors: Collection[str]) -> dict[str, str]:
    """What people call the actors of ledger and log: user:3 by the user's name, token:12 by the token's."""
    ids: dict[str, list[int]] = {"user": [], "token": []}
    for kind, _, number in (actor.partition(":") for actor in actors):
        if kind in ids and number.isdecimal():
            ids[kind].append(int(number))
    users = User.objects.filter(pk__in=ids["user"]).values_list("pk", "username") if ids["user"] else ()
    tokens = ApiToken.objects.filter(pk__in=ids["token"]).values_list("pk", "name") if ids["token"] else ()
    return {f"user:{pk}": name for pk, name in users} | {f"token:{pk}": f"{name} (API)" for pk, name in tokens}


@transaction.atomic(savepoint=False)
def create_service(name: str, *, role: str | None = None) -> User:
    """The account of a program: it has roles like a person and cannot sign in.

    Raises Duplicate for a person's name, Conflict for a closed account.
    """
    service, _ = User.objects.get_or_create(
        username=name, defaults={"is_service": True, "password": make_password(None)}
    )
    if not service.is_service:
        raise Duplicate(f"{name!r} is the name of a person.")
    if not service.is_active:
        raise Conflict(f"The account of {name!r} is closed.")
    if role is not None:
        service.groups.add(Group.objects.get(name=role))
    return service


def authenticate(secret: str) -> ApiToken | None:
    """The live token for a secret, with its user and all the user's permissions: one statement.

    The Django way (token, user, user's permissions, groups' permissions) takes four.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT t.id, t.name, u.id, u.username, u.is_superuser, u.is_staff,
                   t.last_used_at IS NULL OR t.last_used_at < now() - make_interval(secs => %s),
                   ARRAY(SELECT c.app_label || '.' || p.codename
                         FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id
                         WHERE p.id IN (SELECT gp.permission_id FROM auth_group_permissions gp
                                        JOIN users_groups ug ON ug.group_id = gp.group_id WHERE ug.user_id = u.id
                                        UNION
                                        SELECT up.permission_id FROM users_user_permissions up
                                        WHERE up.user_id = u.id))
            FROM api_tokens t JOIN users u ON u.id = t.user_id
            WHERE t.digest = %s AND u.is_active AND t.revoked_at IS NULL
              AND (t.expires_at IS NULL OR t.expires_at > now())
            """,
            [TOUCH_EVERY_SECONDS, digest_of(secret)],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    token_id, name, user_id, username, is_superuser, is_staff, untouched, granted = row
    user = User(id=user_id, username=username, is_superuser=is_superuser, is_staff=is_staff, is_active=True)
    token = ApiToken(id=token_id, name=name, user=user)
    token.granted = frozenset(granted)
    if untouched:
        _touch(token_id)
    return token


def _touch(token_id: int) -> None:
    """Note the use at most once a minute, in a statement of its own: else all orders of one program queue here."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE api_tokens SET last_used_at = now() WHERE id IN (
                SELECT id FROM api_tokens
                WHERE id = %s AND (last_used_at IS NULL OR last_used_at < now() - make_interval(secs => %s))
                FOR NO KEY UPDATE SKIP LOCKED)
            """,
            [token_id, TOUCH_EVERY_SECONDS],
        )
