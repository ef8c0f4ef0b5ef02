"""Programs that place orders over HTTP and do not give up: whatever breaks, they ask again under the same key."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PATIENCE_SECONDS = 45
Answer = tuple[int, str]


@dataclass
class Clients:
    """Several clients at once; what each key was answered, and how often one had to ask again."""

    port: int
    token: str
    customer_id: int
    product_id: int
    prefix: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked_again: int = 0

    def place_many(self, *, clients: int, each: int, meanwhile: Callable[[], None]) -> None:
        """Every client places so many orders; `meanwhile` happens as soon as some were answered."""
        threads = [threading.Thread(target=self._place_in_turn, args=(name, each)) for name in range(clients)]
        for thread in threads:
            thread.start()
        self._await_answers(clients * 3)
        meanwhile()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        assert not any(thread.is_alive() for thread in threads), "a client was never answered"

    def orders(self) -> list[dict[str, Any]]:
        return [json.loads(body) for status, body in self.answers.values() if status == 201]

    def place(self, key: str) -> Answer:
        """Ask until there is an answer that says yes or no."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                status, body = self._ask(key)
            except (OSError, http.client.HTTPException):
                status = 0
            if status not in (0, 409, 503):  # its twin may still be running, or the database be starting
                return status, body
            self.asked_again += 1
            time.sleep(0.05)
        raise AssertionError(f"no answer for {key}")

    def _place_in_turn(self, client: int, each: int) -> None:
        for number in range(each):
            key = f"{self.prefix}-{client}-{number}"
            self.answers[key] = self.place(key)

    def _await_answers(self, number: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.answers) < number:
            assert time.monotonic() < deadline, "the clients are not answered"
            time.sleep(0.01)

    def _ask(self, key: str) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        items = [{"product_id": self.product_id, "quantity": 1}]
        body = json.dumps({"customer_id": self.customer_id, "items": items})
        try:
            line.request("POST", "/api/v1/orders/", body, headers)
            response = line.getresponse()
            return response.status, response.read().decode()
        finally:
            line.close()
