"""Who may do what: every address of the API, tried as a stranger, in each role and as superuser."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import ROLES
from common.tests.contents import contents
from common.tests.undoing import undone
from conftest import client_for, grant_role
from oms.tests.addresses import (
    DOCUMENTS,
    EXAMPLES,
    MUTATIONS,
    REPORT_ADDRESSES,
    Endpoint,
    World,
    alike,
    call,
    endpoints,
)

pytestmark = pytest.mark.django_db


def in_role(role: str) -> Client:
    user = User.objects.create_user(role)
    grant_role(user, role)
    return client_for(user)


def of_inactive_superuser() -> Client:
    return client_for(User.objects.create_superuser("gone", is_active=False))


def with_session(*, is_staff: bool) -> Client:
    client = Client()
    client.force_login(User.objects.create(username="signed-in", is_superuser=True, is_staff=is_staff))
    return client


STRANGERS: dict[str, Callable[[], Client]] = {
    "stranger": Client,
    "with an unknown token": lambda: Client(headers={"Authorization": "Bearer oms_nobody"}),
    "token of an inactive superuser": of_inactive_superuser,
    "signed in, but not staff": lambda: with_session(is_staff=False),
}
KNOWN: dict[str, Callable[[], Client]] = {
    **{role: lambda role=role: in_role(role) for role in ROLES},  # type: ignore[misc]
    "nobody in particular": lambda: client_for(User.objects.create_user("plain")),
    "superuser": lambda: client_for(User.objects.create_superuser("chief")),
    "signed-in staff": lambda: with_session(is_staff=True),
}


def test_every_address_stands_in_the_table() -> None:
    assert endpoints() == EXAMPLES.keys() | DOCUMENTS


@pytest.mark.parametrize("caller", STRANGERS)
def test_a_stranger_is_asked_who_they_are(caller: str) -> None:
    client = STRANGERS[caller]()
    world = World.with_order("PENDING")
    before = contents()

    for endpoint in EXAMPLES:
        answer = call(client, endpoint, world)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), endpoint
        assert answer["WWW-Authenticate"] == 'Bearer realm="oms"'
    assert contents() == before


OF_RECORDS = alike(each for each in EXAMPLES if each not in REPORT_ADDRESSES)


@pytest.mark.parametrize("endpoints", OF_RECORDS.values(), ids=OF_RECORDS)
def test_a_role_may_do_what_it_is_for_and_nothing_else(endpoints: list[Endpoint]) -> None:
    world = EXAMPLES[endpoints[0]].world()
    callers = {caller: (sign_in(), world.of_newest_user()) for caller, sign_in in KNOWN.items()}
    before = contents()

    for endpoint in endpoints:
        for caller, (client, own) in callers.items():
            if caller in (*EXAMPLES[endpoint].roles, "superuser", "signed-in staff"):
                with undone():
                    assert call(client, endpoint, own).status_code in (200, 201), (endpoint, caller)
                    if caller == "superuser":
                        assert (contents() != before) == (endpoint in MUTATIONS), endpoint
            else:
                answer = call(client, endpoint, own)
                assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied"), (endpoint, caller)
    assert contents() == before


@pytest.mark.django_db(transaction=True, databases=["default", "report"])
@pytest.mark.parametrize("caller", KNOWN)
def test_a_role_sees_the_reports_that_are_for_it_and_no_others(caller: str) -> None:
    client = KNOWN[caller]()
    world = World.with_order("PENDING")
    before = contents()

    statuses = {}
    for endpoint in REPORT_ADDRESSES:
        answer = call(client, endpoint, world)
        assert b"".join(answer)  # read to its end, or its file stays open
        statuses[endpoint[1]] = answer.status_code

    seen = {name for name, status in statuses.items() if status == 200}
    refused = {name for name, status in statuses.items() if status == 403}
    everything = caller in ("superuser", "signed-in staff")
    assert seen == {each[1] for each in REPORT_ADDRESSES if everything or caller in EXAMPLES[each].roles}
    assert refused == {each[1] for each in REPORT_ADDRESSES} - seen
    listed = {f"report-{report['name']}" for report in call(client, ("get", "reports"), world).json()["results"]}
    assert listed == seen
    assert contents() == before


@pytest.mark.parametrize("endpoints", alike(MUTATIONS).values(), ids=alike(MUTATIONS))
def test_a_session_needs_the_csrf_token(endpoints: list[Endpoint]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("staff"))
    world = EXAMPLES[endpoints[0]].world()
    before = contents()

    for endpoint in endpoints:
        refused = call(client, endpoint, world)
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied"), endpoint
    assert contents() == before

    token = "x" * 32
    client.cookies["csrftoken"] = token
    for endpoint in endpoints:
        with undone():
            assert call(client, endpoint, world, **{"X-CSRFToken": token}).status_code in (200, 201), endpoint
