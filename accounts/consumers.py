"""What is done in the background for accounts: sessions that have ended are forgotten."""

from accounts.sessions import SessionStore
from common.jobs import Job
from common.transactions import run


def purge_sessions() -> bool:
    run(SessionStore.clear_expired)
    return False


JOBS = (Job("purge-sessions", every=3600, step=purge_sessions),)
