"""Sessions of the back-office do not stay for ever."""

import pytest
from django.contrib.sessions.models import Session

from accounts.consumers import purge_sessions
from accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


def test_a_session_that_has_ended_is_forgotten_and_no_other() -> None:
    for seconds in (-1, 60):
        session = SessionStore()
        session.set_expiry(seconds)
        session.save()

    assert purge_sessions() is False

    assert Session.objects.get().session_key == session.session_key
