"""What state an order is in, in coloured words: the same in the list, on its page and on the front page."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from orders.models import Order

FULFILMENT = {Order.Fulfilment.PARTIAL: "partly shipped"}  # else the status says it
RETURNS = {
    Order.ReturnState.REQUESTED: "return on its way",
    Order.ReturnState.PARTIAL: "partly returned",
    Order.ReturnState.COMPLETE: "returned",
}


def chip(kind: str, words: str) -> SafeString:
    return format_html('<span class="state state-{}">{}</span>', kind, words)


def status_chips(order: Order) -> SafeString:
    """The status, and what else is unusual about the order."""
    chips = [(order.status.lower(), order.status)]
    if order.held_for:
        chips.append(("held", "ON HOLD"))
    chips += [("aside", words) for state, words in FULFILMENT.items() if order.fulfilment_state == state]
    chips += [("aside", words) for state, words in RETURNS.items() if order.return_state == state]
    return format_html_join(" ", "{}", ((chip(*each),) for each in chips))


def payment_chip(order: Order) -> SafeString:
    return chip(order.payment_state, order.get_payment_state_display())
