"""Counts the SQL statements of one order, by asking the same views inside this process."""

import json
import random
from typing import Any

from django.db import connection
from django.test import Client, override_settings

from benchmarks.load import ADDRESS, Body


def statements_of(body: Body, token: str, *, urls: str, keyed: bool) -> int:
    """SQL statements of one order, the token's lookup included, BEGIN and COMMIT not.

    The second order is counted: the first one also notes that the token was used.
    """
    counted = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal counted
        counted += 1
        return execute(*arguments)

    with override_settings(ROOT_URLCONF=urls):
        _place(body, token, {})
        with connection.execute_wrapper(count):
            _place(body, token, {"Idempotency-Key": f"counting {urls}"} if keyed else {})
    return counted


def _place(body: Body, token: str, headers: dict[str, str]) -> None:
    chance = random.Random(1)
    headers = {"Authorization": f"Bearer {token}", **headers}
    answer = Client(headers=headers).post(ADDRESS, json.dumps(body(chance)), content_type="application/json")
    if answer.status_code != 201:
        raise RuntimeError(f"An order was answered {answer.status_code}: {answer.content[:300]!r}")
