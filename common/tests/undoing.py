"""Trying several things upon one world, each as if the others had not happened."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside leaves no trace. To what is done, it is a test's own transaction: it may begin another."""
    block: Any = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)
