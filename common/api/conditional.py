"""ETags and If-Match (RFC 9110, section 13): nobody overwrites what they have not seen."""

import re

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

TAG = re.compile(r'(?:W/)?"(\d{1,9})(?:-\d{1,18})?"', re.ASCII)
NO_VERSION = -1
NOT_THERE = 0  # the version of what is still to be made


def etag(version: int, detail: int | None = None) -> str:
    """`"7"`, or `"7-120"` where something besides the version can change (a product's stock)."""
    return f'"{version}"' if detail is None else f'"{version}-{detail}"'


def expected_version(request: Request) -> int | None:
    """The version that If-Match asks for; None without the header or with `*`.

    A tag that we never gave matches nothing, so the change is refused as stale. `If-None-Match: *` asks that there be
    nothing yet, so that a PUT makes and never changes.
    """
    if request.headers.get("If-None-Match", "").strip() == "*":
        return NOT_THERE
    header = request.headers.get("If-Match", "*").strip()
    if header == "*":
        return None
    if "," in header:
        raise ValidationError({"If-Match": ["One tag, please."]})
    match = TAG.fullmatch(header)
    return int(match[1]) if match else NO_VERSION


def is_known(request: Request, tag: str) -> bool:
    """Whether If-None-Match says that the caller has this state already (a 304 follows)."""
    known = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
    return tag in known or "*" in known
