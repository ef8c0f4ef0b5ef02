"""Stock documents, offered on the product's page. They stand here because a count needs what orders reserve."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.services import names_of
from common.admin import Act, ActForm, CreationForm, Text, act_on
from common.admin.panels import panel_on
from common.errors import DomainError
from orders.admin.fields import ReasonCodeField
from orders.models import Order
from orders.services import count_shelf, stock_as_of, stock_now
from products.models import AdjustmentReason, Product, StockMovement
from products.services import MOST_STOCK, adjust_stock, set_stock

Kind = StockMovement.Kind
MOST_ROWS = 50


class Units(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MOST_STOCK, **kwargs})


class Difference(ActForm):
    delta = Units(min_value=-MOST_STOCK, label="Units more", help_text="Negative: units fewer.")
    kind = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in (Kind.RECEIPT, Kind.ADJUSTMENT)])
    reason_code = ReasonCodeField(AdjustmentReason)
    reason = Text()


class NewNumber(ActForm):
    set_to = Units(label="Available units shall be")
    expected = Units(widget=forms.HiddenInput)
    reason_code = ReasonCodeField(AdjustmentReason)
    reason = Text()


class Count(ActForm):
    counted = Units(label="Units counted on the shelf", help_text="All that lie there, those of open orders included.")
    expected_on_hand = Units(widget=forms.HiddenInput)
    reason_code = ReasonCodeField(AdjustmentReason)
    reason = Text()


class Moment(forms.Form):
    as_of = forms.DateTimeField(
        required=False,
        label="As of",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
    )

    def clean_as_of(self) -> Any:
        moment = self.cleaned_data["as_of"]
        if moment is not None and moment > timezone.now():
            raise ValidationError("What will be is not known.")
        return moment


@panel_on(Product)
def stock_panel(request: HttpRequest, product: Product) -> SafeString:
    """What is on hand, reserved and available, now or at a moment of the business zone, and how it came to be."""
    form = Moment({"as_of": request.GET.get("as_of", "")})
    stock, moment = None, None
    if form.is_valid():
        moment = form.cleaned_data["as_of"]
        stock = stock_now(product) if moment is None else stock_as_of(product, moment)
    kept = request.GET.copy()
    kept.pop("as_of", None)
    rows = list(product.movements.order_by("-sequence")[:MOST_ROWS])
    names = names_of({row.actor for row in rows})
    context = {
        "ledger": [(row, number_of(row.order_id), names[row.actor]) for row in rows],
        "product": product,
        "form": form,
        "kept": kept,
        "stock": stock,
        "asked": moment is not None,
        "is_low": moment is None and product.is_low,
    }
    return render_to_string("admin/orders/product/stock.html", context, request)


def number_of(order_id: int | None) -> str:
    return Order(pk=order_id).number if order_id is not None else ""


class StockAct(Act):
    permission = "products.adjust_stock"
    previews = True

    def context(self) -> dict[str, Any]:
        stock = stock_now(self.record)
        return {"pairs": [("Available", stock.available), ("Reserved", stock.reserved), ("On hand", stock.on_hand)]}

    def refused(self, form: CreationForm, error: DomainError) -> HttpResponse:
        """The page that comes back shows the numbers of now, and goes on from them."""
        answer = super().refused(form, error)
        form.replace(self.initial())
        return answer

    def preview(self, outcome: Product) -> list[tuple[str, str]]:
        return [("Available now", str(self.record.stock_quantity)), ("Available then", str(outcome.stock_quantity))]


@act_on(Product)
class Adjust(StockAct):
    name, label, done = "adjust", "Receive or adjust", "The stock was adjusted."
    form_class = Difference

    def perform(self, **fields: Any) -> Product:
        return adjust_stock(self.record.pk, kind=Kind(fields.pop("kind")), **fields)


@act_on(Product)
class SetStock(StockAct):
    name, label, done = "set_stock", "Set stock", "The stock was set."
    form_class = NewNumber

    def initial(self) -> dict[str, Any]:
        return {"expected": self.record.stock_quantity}

    def perform(self, **fields: Any) -> Product:
        return set_stock(self.record.pk, **fields)


@act_on(Product)
class CountShelf(StockAct):
    name, label, done = "count", "Count", "The count was recorded."
    form_class = Count

    def initial(self) -> dict[str, Any]:
        return {"expected_on_hand": stock_now(self.record).on_hand}

    def perform(self, **fields: Any) -> Product:
        return count_shelf(self.record.pk, **fields)
