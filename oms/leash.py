"""Holds a process to the one that started it: when that is gone, even killed, this one ends too.

Nothing else tells it on every system: a killed process can send no signal, and its children just get a new parent.
"""

import os
import subprocess
import threading
from contextlib import suppress

VARIABLE = "OMS_LEASH"
GRACE_SECONDS = 10
# Done from outside the group: whoever is in it may be gone before the others have to be forced.
END = "kill -s TERM -- -{group}; sleep {grace}; kill -s KILL -- -{group}"


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
    subprocess.Popen(  # noqa: S603 - our own command
        ["/bin/sh", "-c", END.format(group=os.getpgrp(), grace=GRACE_SECONDS)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
