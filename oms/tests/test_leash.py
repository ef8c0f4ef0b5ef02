"""A process that was started on a leash does not outlive who holds it, however it takes the news."""

import signal
import subprocess
import sys
import textwrap

from django.conf import settings

from oms import leash

# Does not end when it is asked to, while its child, which holds the leash, does.
DEAF = """
    import signal, subprocess, sys, time
    signal.signal(signal.SIGTERM, lambda *_: None)
    subprocess.Popen([sys.executable, "-c", CHILD])
    while True:
        time.sleep(9)
"""
CHILD = """
    import time
    from oms import leash
    leash.GRACE_SECONDS = 1
    leash.follow()
    print("ready", flush=True)
    time.sleep(99)
"""


def test_who_does_not_end_politely_is_ended_by_force_though_the_leash_was_held_by_another() -> None:
    started = subprocess.Popen(
        [sys.executable, "-c", f"CHILD = {textwrap.dedent(CHILD)!r}{textwrap.dedent(DEAF)}"],
        cwd=settings.BASE_DIR,
        env={leash.VARIABLE: "true"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert started.stdin is not None and started.stdout is not None
    with started:
        started.stdout.readline()
        started.stdin.close()
        try:
            assert started.wait(30) == -signal.SIGKILL
        finally:
            started.kill()
