"""What was sold in a step, beside the step before it."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db.backends.utils import CursorWrapper

from common.exports.columns import Column, Kind
from reporting.definitions import COMMERCIAL, Chart, Question, Report
from reporting.parameters import BY, RANGE
from reporting.reports.sales import SALES
from reporting.steps import first_day_after, first_day_before, first_day_of

ONE_STEP = {"day": "1 day", "week": "7 days", "month": "1 month", "quarter": "3 months"}


def look_up_steps(question: Question, cursor: CursorWrapper) -> dict[str, Any]:
    """What `sales` finds for whole steps, with the one before the first of them."""
    shown_from = first_day_of(question.by, question.first) if question.first else None
    whole = in_whole_steps(question)
    found = SALES.look_up(whole, cursor) if SALES.look_up is not None else {}
    return {**found, "first": whole.first, "end": whole.end, "shown_from": shown_from, "step": ONE_STEP[question.by]}


def in_whole_steps(question: Question) -> Question:
    """The question about whole steps, with the one before the first of them."""
    first, end, by = question.first, question.end, question.by
    if first is not None and first == end:
        return question  # no days are no steps
    with suppress(OverflowError):  # at the ends of the calendar nothing lies beyond
        first = first and first_day_before(by, first_day_of(by, first))
    with suppress(OverflowError):
        end = end and first_day_after(by, first_day_before(by, end))
    return replace(question, first=first, end=end)


SALES_TREND = Report(
    name="sales-trend",
    description="What was sold and the value of an average order, beside the day, week, month or quarter before.",
    roles=COMMERCIAL,
    parameters=(BY, *RANGE),
    steps="month",
    usual_from="last-year",
    chart=Chart(labels=("period",), values=("net_cents",), over_time=True),
    columns=(
        Column("period", Kind.TEXT),
        Column("starts_on", Kind.DATE),
        Column("orders", Kind.INTEGER),
        Column("previous_orders", Kind.INTEGER),
        Column("average_order_cents", Kind.CENTS, optional=True),
        Column("net_cents", Kind.CENTS),
        Column("previous_net_cents", Kind.CENTS),
        Column("change_cents", Kind.CENTS),
        Column("change_percent", Kind.DECIMAL, optional=True),
    ),
    look_up=look_up_steps,
    sql=f"""
        WITH sold AS ({SALES.sql})
        SELECT this.period, this.starts_on, this.orders, coalesce(before.orders, 0) AS previous_orders,
               this.average_order_cents, this.net_cents, coalesce(before.net_cents, 0) AS previous_net_cents,
               this.net_cents - coalesce(before.net_cents, 0) AS change_cents,
               round(100 * (this.net_cents - before.net_cents) / nullif(before.net_cents, 0), 2) AS change_percent
        FROM sold this
        LEFT JOIN sold before ON before.starts_on = (this.starts_on - %(step)s::interval)::date
        WHERE %(shown_from)s::date IS NULL OR this.starts_on >= %(shown_from)s::date
        ORDER BY this.starts_on
    """,
)
