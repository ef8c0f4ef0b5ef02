"""Acts on orders as a browser does them: their addresses, their forms as sent, and what came of it."""

import uuid
from typing import Any

from django.urls import reverse

from orders.models import Order


def url(act: str, order: Order | None = None) -> str:
    return reverse(f"admin:orders_order_{act}", args=[order.pk] if order else [])


def sent(order: Order | None = None, **fields: Any) -> dict[str, Any]:
    """A form as the page would send it."""
    unseen = {"idempotency_key": str(uuid.uuid4()), **({"version": order.version} if order else {})}
    return {**unseen, **fields}


def now(order: Order) -> Order:
    return Order.objects.with_lines().get(pk=order.pk)


def errors(response: Any) -> str:
    form = response.context["form"]
    return str(form.errors.as_data())
