"""What the OpenAPI document says, tried with some thousand made-up requests against a running server."""

import subprocess
import sys
from pathlib import Path

import pytest

from accounts.models import User
from accounts.roles import MANAGER
from accounts.services import create_token
from common.actors import Actor
from conftest import grant_role
from customers.tests.factories import CustomerFactory
from oms.tests.live import served
from orders.tests.factories import OrderFactory
from products.tests.factories import ProductFactory

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
]
SEED = "20260131"
EXAMPLES_EACH = "2"


@pytest.fixture
def token(transactional_db: None) -> str:
    """Of a manager, in a shop with something of everything."""
    for status in ("PENDING", "CONFIRMED", "SHIPPED"):
        OrderFactory(status=status)
    CustomerFactory()
    ProductFactory(sku="LAMP-1")
    user = User.objects.create_user("manager")
    grant_role(user, MANAGER)
    return create_token(user, name="schemathesis", actor=Actor.command("test"))[1]


def test_the_server_does_what_the_document_says(token: str, tmp_path: Path) -> None:
    with served() as url:
        tried = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"), "run",
                f"{url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {token}",
                "--checks", ",".join(CHECKS), "--phases", "examples,fuzzing",
                "--max-examples", EXAMPLES_EACH, "--seed", SEED, "--workers", "2", "--no-color",
            ],
            capture_output=True, text=True, check=False, cwd=tmp_path, timeout=300,
        )  # fmt: skip

    assert tried.returncode == 0, tried.stdout + tried.stderr
