"""Forgetting a person while keeping what the books need."""

from django.db import transaction

from common import idempotency
from common.actors import Actor
from common.errors import require_version
from customers.models import AGGREGATE as CUSTOMER
from customers.models import Customer
from customers.services import blank_customer, lock_whole_customer
from events.services import forget_personal
from orders.models import AGGREGATE as ORDER
from orders.models import Order


@transaction.atomic(savepoint=False)
def anonymise_customer(customer_id: int, *, actor: Actor, expected_version: int | None = None) -> Customer:
    """Remove everything personal of a customer: from the record, the event log, the notes on their orders and the
    answers kept for repeated requests. The orders themselves stay.

    Raises NotFound, StaleVersion.
    """
    customer = lock_whole_customer(customer_id)
    require_version(customer.version, expected_version)
    orders = list(Order.objects.filter(customer=customer).values_list("pk", flat=True))

    forget_personal(CUSTOMER, [customer.pk])
    forget_personal(ORDER, orders)
    idempotency.forget(CUSTOMER, [customer.pk])
    idempotency.forget(ORDER, orders)

    return blank_customer(customer, actor=actor)
