"""Making and revoking tokens, knowing by one who calls, and who it was that did something."""

from collections.abc import Collection, Sequence
from datetime import MAXYEAR, datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import ApiToken, User, digest_of, new_secret
from accounts.scopes import unknown, within
from common.actors import Actor
from common.errors import Conflict, Duplicate, FieldError, InvalidInput, NotFound, require_version
from common.transactions import planned_once

TOUCH_EVERY_SECONDS = 60
MOST_OF_A_TOKEN, MOST_OF_A_SERVICE = 100, 150  # characters that their names may have
KNOWN_OF_A_CALLER = ("id", "username", "is_superuser", "is_staff", "is_service")


@transaction.atomic(savepoint=False)
def create_token(
    user: User,
    *,
    name: str,
    actor: Actor,
    scopes: Sequence[str] = (),
    expires_at: datetime | None = None,
    by: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown this once and kept nowhere.

    A token `by` which it is asked for makes only tokens that can do no more than itself. Raises InvalidInput.
    """
    _check(name, scopes, expires_at)
    if by is not None:
        _check_bounds(by, scopes, expires_at)

    secret = new_secret()
    token = ApiToken.objects.create(
        user=user,
        name=name,
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        created_by=actor.name,
    )
    return token, secret


@transaction.atomic(savepoint=False)
def revoke_token(token_id: int, *, actor: Actor, expected_version: int | None = None) -> ApiToken:
    """End a token's life at once; one that was revoked before stays as it is. Raises NotFound, StaleVersion."""
    token = ApiToken.objects.select_for_update(of=("self",), no_key=True).filter(pk=token_id).first()
    if token is None:
        raise NotFound(f"There is no token {token_id}.")
    require_version(token.version, expected_version)
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = timezone.now(), actor.name
        token.save(update_fields=["revoked_at", "revoked_by"])
    return token


def names_of(actors: Collection[str]) -> dict[str, str]:
    """What people call the actors of ledger and log: user:3 by the user's name, token:12 by the token's.

    What a command did says so: "import_orders (command)". One that nobody knows keeps its own word.
    """
    ids: dict[str, list[int]] = {"user": [], "token": []}
    for kind, _, number in (actor.partition(":") for actor in actors):
        if kind in ids and number.isdecimal():
            ids[kind].append(int(number))
    users = User.objects.filter(pk__in=ids["user"]).values_list("pk", "username") if ids["user"] else ()
    tokens = ApiToken.objects.filter(pk__in=ids["token"]).values_list("pk", "name") if ids["token"] else ()
    commands = {actor for actor in actors if actor.startswith("command:")}
    return {
        **dict(zip(actors, actors, strict=True)),
        **{f"user:{pk}": name for pk, name in users},
        **{f"token:{pk}": f"{name} (API)" for pk, name in tokens},
        **{actor: f"{actor.removeprefix('command:')} (command)" for actor in commands},
    }


@transaction.atomic(savepoint=False)
def create_service(name: str, *, role: str | None = None) -> User:
    """The account of a program: it has roles like a person and cannot sign in.

    Raises InvalidInput, Duplicate for a person's name, Conflict for a closed account.
    """
    if not _is_a_line(name, most=MOST_OF_A_SERVICE):
        raise InvalidInput(f"A service needs a name of at most {MOST_OF_A_SERVICE} characters.")
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
    with connection.cursor() as cursor, planned_once(connection):
        cursor.execute(
            """
            SELECT t.id, t.name, t.scopes, t.expires_at, u.id, u.username, u.is_superuser, u.is_staff, u.is_service,
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
    token_id, name, scopes, expires_at, *of_user, untouched, granted = row
    user = User(**dict(zip(KNOWN_OF_A_CALLER, of_user, strict=True)), is_active=True)
    token = ApiToken(id=token_id, name=name, scopes=scopes, expires_at=expires_at, user=user)
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


def _is_a_line(name: str, *, most: int) -> bool:
    return bool(name.strip()) and len(name) <= most and name.isprintable()


def _check(name: str, scopes: Sequence[str], expires_at: datetime | None) -> None:
    if not _is_a_line(name, most=MOST_OF_A_TOKEN):
        raise InvalidInput(f"A token needs a name that says what it is for, of at most {MOST_OF_A_TOKEN} characters.")
    faults = [
        FieldError(f"/scopes/{scopes.index(scope)}", "unknown_scope", f"There is no scope {scope!r}.")
        for scope in (unknown(scopes) if scopes else ())
    ]
    if faults:
        raise InvalidInput("A scope is the name of a permission, or `read`.", errors=faults)
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput.at("/expires_at", "in_the_past", "A token ends in the future.")
    if expires_at is not None and expires_at.year == MAXYEAR:  # in another zone it may lie beyond all years
        raise InvalidInput.at("/expires_at", "too_late", f"A token ends before the year {MAXYEAR}.")


def _check_bounds(by: ApiToken, scopes: Sequence[str], expires_at: datetime | None) -> None:
    if not within(scopes, by.scopes):
        allowed = ", ".join(by.scopes)
        raise InvalidInput.at("/scopes", "exceeds_token", f"Your token can hand on no more than its scopes: {allowed}.")
    if by.expires_at is not None and (expires_at is None or expires_at > by.expires_at):
        end = by.expires_at.isoformat()
        raise InvalidInput.at("/expires_at", "exceeds_token", f"Your token ends at {end}; what it makes ends no later.")
