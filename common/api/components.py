"""What many calls of the API share, as the OpenAPI document names it: parameters, headers and problems."""

from typing import Any

from common.api.answers import examples
from common.api.problems import CONTENT_TYPE
from common.idempotency import MOST_KEY

TEXT: dict[str, Any] = {"type": "string"}
TAG: dict[str, Any] = {"type": "string", "pattern": '^(\\*|(W/)?"[0-9]+(-[0-9]+)?")$'}

PARAMETERS: dict[str, dict[str, Any]] = {
    "DryRun": {
        "name": "dry_run",
        "in": "query",
        "description": "With `true`, everything is done, answered and undone; an Idempotency-Key is ignored.",
        "schema": {"type": "boolean", "default": False},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": (
            "A name of your own for this change. Repeated under its key, the same request does nothing and gets the "
            "first answer, byte for byte. An answer of 400 or above leaves the key unused."
        ),
        "schema": {"type": "string", "minLength": 1, "maxLength": MOST_KEY, "pattern": "^[ -~]+$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag that you saw. If somebody changed the record since, the answer is a 412.",
        "schema": TAG,
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "ETags that you have, with commas between them; the answer is a 304 if one of them is current.",
        "schema": TEXT,
    },
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "description": "`return=minimal`: answer a change without a body (RFC 7240).",
        "schema": {"type": "string", "enum": ["return=minimal", "return=representation"]},
    },
    "RequestId": {
        "name": "X-Request-Id",
        "in": "header",
        "description": "A name of your own for the request, found again in logs, events and the answer.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,100}$"},
    },
}

HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {"description": "What to name when you ask us about the request.", "schema": TEXT},
    "ETag": {"description": "The state of the record; send it back as If-Match.", "schema": TAG},
    "Location": {"description": "Where the new record is.", "schema": {"type": "string", "format": "uri-reference"}},
    "Idempotency-Replayed": {
        "description": "The answer was given before, to the same request under its Idempotency-Key.",
        "schema": {"type": "string", "const": "true"},
    },
    "Preference-Applied": {"description": "What was asked for with Prefer.", "schema": TEXT},
    "RateLimit-Limit": {"description": "Requests per minute that a token may make.", "schema": {"type": "integer"}},
    "RateLimit-Remaining": {
        "description": "Requests that may be made at once, by estimate: each process of the server counts its own.",
        "schema": {"type": "integer"},
    },
    "RateLimit-Reset": {
        "description": "Seconds until the limit is whole again.",
        "schema": {"type": "integer"},
    },
    "Retry-After": {"description": "Seconds to wait before asking again.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "How to say who you are.", "schema": TEXT},
}
ALWAYS = ("X-Request-Id",)
RATES = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")

# By status: the name of the response, when it comes, and the headers it has besides those of every answer.
PROBLEMS: dict[int, tuple[str, str, tuple[str, ...]]] = {
    400: ("Invalid", "The request says something that it must not say; `errors` points at each fault.", RATES),
    401: ("NotAuthenticated", "There is no token, or it is wrong, revoked or expired.", ("WWW-Authenticate",)),
    403: ("PermissionDenied", "The caller lacks the permission that this call needs.", ()),
    404: ("NotFound", "There is nothing at this address.", RATES),
    406: ("NotAcceptable", "Something else than JSON was asked for.", ()),
    409: ("Conflict", "The present state does not allow it. Nothing was changed.", RATES),
    412: ("Stale", "The record was changed since you saw it: read it again, then decide.", RATES),
    413: ("TooLarge", "The body is larger than 1 MB.", RATES),
    415: ("UnsupportedMediaType", "Only application/json is read.", RATES),
    422: ("KeyReused", "The Idempotency-Key belongs to another request of yours.", RATES),
    429: ("Throttled", "Too many requests; ask again after so many seconds.", ("Retry-After", *RATES)),
    503: ("Busy", "Nothing was changed; the same request may succeed a moment later.", ("Retry-After", *RATES)),
}

SECURITY_SCHEMES: dict[str, dict[str, Any]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token, made with `manage.py create_token NAME --service SHOP --role sales`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "The session of the back-office, for its staff; changes also need the header X-CSRFToken.",
    },
}


def headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*ALWAYS, *names)}


def parameter(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def problem(status: int) -> dict[str, str]:
    return {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"}


def shared() -> dict[str, Any]:
    """The components that calls refer to."""
    return {
        "parameters": PARAMETERS,
        "headers": HEADERS,
        "securitySchemes": SECURITY_SCHEMES,
        "responses": {
            name: {
                "description": when,
                "headers": headers(*names),
                "content": {
                    CONTENT_TYPE: {
                        "schema": {"$ref": "#/components/schemas/Problem"},
                        "examples": {code: {"value": value} for code, value in examples(status).items()},
                    }
                },
            }
            for status, (name, when, names) in PROBLEMS.items()
        },
    }
