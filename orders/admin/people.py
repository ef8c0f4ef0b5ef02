"""Forgetting a customer, offered on the customer's page."""

from typing import Any

from django import forms

from common.admin import Act, ActForm, act_on
from customers.models import Customer
from orders.services import anonymise_customer


class Certain(ActForm):
    certain = forms.BooleanField(label="Remove everything personal for good; the orders stay")


@act_on(Customer)
class Anonymise(Act):
    name, label, done, grave = "anonymise", "Anonymise", "Everything personal was removed.", True
    permission = "customers.anonymise_customer"
    form_class = Certain

    def perform(self, **fields: Any) -> Customer:
        del fields["certain"]
        return anonymise_customer(self.record.pk, **fields)
