"""Where the web server listens, and whether it may."""

import errno
import socket
import time
from dataclasses import dataclass

from django.core.management.base import CommandError

from common.commands import FAILED

# A server that was killed a moment ago may still be giving up its port.
PATIENCE_SECONDS = 3


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        """How a browser on this machine reaches it."""
        reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - named, not used
        return f"http://[{reached}]:{self.port}" if ":" in reached else f"http://{reached}:{self.port}"


def resolve(host: str, port: int) -> Address:
    """The address for a host's name. Raises CommandError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CommandError(f"{host!r} is no address of this machine ({error.strerror}).", returncode=FAILED) from error
    return Address(str(found[0][4][0]), port)


def require_free(address: Address) -> None:
    """Raises CommandError if we cannot listen there.

    The web server itself would not notice: its processes share the port, and would share it with another server.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            _try_to_listen(address)
            return
        except OSError as error:
            if time.monotonic() > deadline or error.errno != errno.EADDRINUSE:
                taken = "Is it running already? Otherwise choose another, such as PORT=8001."
                advice = taken if error.errno == errno.EADDRINUSE else ""
                problem = f"Cannot listen on {address.host} port {address.port} ({error.strerror}). {advice}"
                raise CommandError(problem.strip(), returncode=FAILED) from error
        time.sleep(0.1)


def _try_to_listen(address: Address) -> None:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address.host, address.port))
        listener.listen(1)
