"""Forgetting a customer and merging two, offered on the customer's page."""

from typing import Any

from django import forms

from common.admin import Act, ActForm, Blocker, act_on
from customers.models import Customer
from orders.admin.phone import CustomerSelect
from orders.services import anonymise_customer, merge_customers


class Certain(ActForm):
    certain = forms.BooleanField(label="Forget name, e-mail, phone, addresses and notes for good; the orders stay")


class Into(ActForm):
    into = forms.ModelChoiceField(
        Customer.objects.filter(merged_into=None),
        label="The same person as",
        widget=CustomerSelect,
        help_text="Who goes on, and gets the orders and addresses. It cannot be taken back.",
    )


class PersonAct(Act):
    grave = True

    @classmethod
    def blockers(cls, record: Customer) -> tuple[Blocker, ...]:
        return (Blocker(record.merged_detail),) if record.merged_detail else ()


@act_on(Customer)
class Merge(PersonAct):
    name, label, saves, done = "merge", "Merge", "Merge customers", "The two are one customer now, which is this one."
    permission = "customers.merge_customer"
    form_class = Into

    def perform(self, **fields: Any) -> Customer:
        return merge_customers(self.record.pk, into=fields.pop("into").pk, **fields)


@act_on(Customer)
class Anonymise(PersonAct):
    name, label, done = "anonymise", "Anonymise", "Names, e-mail, phone, addresses and notes are forgotten."
    permission = "customers.anonymise_customer"
    form_class = Certain

    def perform(self, **fields: Any) -> Customer:
        del fields["certain"]
        return anonymise_customer(self.record.pk, **fields)
