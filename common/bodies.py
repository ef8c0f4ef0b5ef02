"""Bodies that arrive in chunks, without a word on their length (RFC 9112, section 7.1)."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def whole(application: Application, *, limit: int) -> Application:
    """Read a chunked body before Django sees it, which takes a request without Content-Length for one without body.

    What was said would be ignored and the act be done. One byte beyond the limit suffices to refuse it as too large.
    """

    def reading(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            body = b"".join(_pieces(environ["wsgi.input"], limit + 1))
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return application(environ, start_response)

    return reading


def _pieces(stream: Any, size: int) -> Iterable[bytes]:
    while size > 0 and (piece := stream.read(size)):
        size -= len(piece)
        yield piece
