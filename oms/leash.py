"""Holds a process to the one that started it: when that is gone, even killed, this one ends too.

Nothing else tells it on every system: a killed process can send no signal, and its children just get a new parent.
"""

import os
import signal
import threading
import time
from contextlib import suppress

VARIABLE = "OMS_LEASH"
GRACE_SECONDS = 10


def follow() -> None:
    """End with whoever holds the other end of our standard input, if the environment asks for it.

    The process group is ended, which its starter must have made for us.
    """
    if os.environ.pop(VARIABLE, None):
        threading.Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    with suppress(OSError):
        while os.read(0, 1):
            pass
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)
