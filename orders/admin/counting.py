"""A count of many shelves, uploaded as a table: looked over first, then recorded product by product."""

import base64
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from common.admin import Act, CreationForm, Text, act_on
from common.admin.acts import actor_of, do_to_one
from common.admin.uploads import TableField
from common.errors import DomainError
from common.exports.cells import csv_line, safe_cell
from common.imports.fields import Field, Layout, WrongMap
from common.imports.sources import Source, UnreadableFile
from common.imports.values import REASONS, Rejected, text, whole_number
from orders.admin.fields import ReasonCodeField
from orders.services import count_shelf, reserved_of
from products.models import AdjustmentReason, Product
from products.services import MOST_STOCK

MOST_COUNTED = 2_000
MOST_SHOWN = 500
INVALID = "invalid_counted"
FIELDS = (
    Field("sku", text(empty="no_sku"), required=True, aliases=("SKU", "Sku")),
    Field(
        "counted",
        whole_number(invalid=INVALID, too_small=INVALID, too_large=INVALID, least=0, most=MOST_STOCK),
        required=True,
        aliases=("Counted",),
    ),
)
WHY = {
    **REASONS,
    "no_sku": "The row has no SKU.",
    INVALID: "What was counted is not a whole number from 0 to 10^12.",
    "unknown_product": "There is no product with this SKU.",
    "repeated_sku": "The SKU stands in more than one row.",
}
HEAD = (("SKU", False), ("Name", False), ("Expected on hand", True), ("Counted", True), ("Difference", True))

Reject = tuple[int, str, str]  # the number of a row, its SKU where it has one, and why it is not taken


class CountsField(forms.CharField):
    """The counts that were looked over: 12:40:41,13:7:7."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            counts = [tuple(map(int, count.split(":"))) for count in str(value).split(",")]
        except ValueError:
            raise ValidationError("The counts on this page are not whole any more.") from None
        if len(counts) > MOST_COUNTED or not all(len(count) == 3 and _is_sane(*count) for count in counts):
            raise ValidationError(f"At most {MOST_COUNTED} counts at a time.")
        return counts

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else ",".join(":".join(map(str, count)) for count in value or ())


class CountFile(forms.Form):
    file = TableField(help_text="CSV with the columns sku and counted: all units on the shelf, reserved ones included.")


class Counts(CreationForm):
    counts = CountsField(max_length=100_000)
    reason_code = ReasonCodeField(AdjustmentReason)
    reason = Text(initial="Stock count")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A product with what was expected on its shelf and what was found."""

    product: Product
    expected: int
    counted: int

    @property
    def difference(self) -> int:
        return self.counted - self.expected

    def cells(self) -> list[tuple[Any, bool]]:
        numbers = (f"{self.expected:,}", f"{self.counted:,}", f"{self.difference:+,}" if self.difference else "")
        return [(self.product.sku, False), (self.product.name, False), *((number, True) for number in numbers)]


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    address: str
    is_done: bool
    words: str


@act_on(Product)
class CountMany(Act):
    """A file is shown as what it would change; what was shown is applied with one reason."""

    name, label, done, of_many = "count_file", "Count by CSV", "", True
    permission = "products.adjust_stock"
    form_class = Counts
    template_name = "admin/upload.html"

    def perform(self, **fields: Any) -> Product:
        return count_shelf(fields.pop("product_id"), **fields)

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        return self.show(CountFile(), send="Look it over")

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if "counts" not in request.POST:
            return self._look_over(CountFile(request.POST, request.FILES))
        form = Counts(request.POST)
        if not form.is_valid():
            return self.show(form, send="Apply")
        outcomes = list(self._outcomes(form))
        done = sum(outcome.is_done for outcome in outcomes)
        return self.show(form, outcomes=outcomes, done=done, refused=len(outcomes) - done)

    def _look_over(self, form: CountFile) -> HttpResponse:
        if form.is_valid():
            try:
                return self._preview(*_judged(form.cleaned_data["file"]))
            except (UnreadableFile, WrongMap) as error:
                form.add_error("file", error.detail)
        return self.show(form, send="Look it over")

    def _preview(self, shelves: list[Shelf], rejects: list[Reject]) -> HttpResponse:
        differ = sorted((shelf for shelf in shelves if shelf.difference), key=lambda shelf: -abs(shelf.difference))
        counts = [(shelf.product.pk, shelf.expected, shelf.counted) for shelf in shelves]
        by = f" (by {sum(shelf.difference for shelf in differ):+,} in all)" if differ else ""
        return self.show(
            Counts(initial={"counts": counts}),
            send=f"Apply: {len(shelves)} counted",
            cannot_go=not shelves,
            figures=f"{len(shelves)} counted, {len(differ)} differ{by}, {len(rejects)} rejected",
            table_title=f"Differences: {len(differ)}",
            table_head=HEAD,
            table=[shelf.cells() for shelf in differ[:MOST_SHOWN]],
            more=max(0, len(differ) - MOST_SHOWN),
            rejected=len(rejects),
            rejects=[(row, f"{sku}: {WHY[code]}" if sku else WHY[code]) for row, sku, code in rejects[:MOST_SHOWN]],
            rejects_href=_as_address(rejects) if rejects else "",
            rejects_name="rejected-counts.csv",
        )

    def _outcomes(self, form: Counts) -> Iterator[Outcome]:
        """Each count in a transaction of its own; sent again, what was done is not done anew."""
        given = form.fields_given()
        counts = given.pop("counts")
        skus = dict(Product.objects.filter(pk__in=[count[0] for count in counts]).values_list("pk", "sku"))
        for product_id, expected, counted in counts:
            asked = {"expected_on_hand": expected, "counted": counted, **given}
            address = reverse("admin:products_product_change", args=[product_id])
            name = skus.get(product_id, str(product_id))
            yield Outcome(name, address, *self._outcome(form, product_id, asked))

    def _outcome(self, form: Counts, product_id: int, count: dict[str, Any]) -> tuple[bool, str]:
        perform = partial(self.perform, product_id=product_id, actor=actor_of(self.request), **count)
        try:
            again = " It had been before." if do_to_one(self.request, form, product_id, count, perform) else ""
        except DomainError as refusal:
            return False, refusal.detail
        difference = count["counted"] - count["expected_on_hand"]
        return True, f"Difference {difference:+,}, recorded.{again}" if difference else f"As expected, recorded.{again}"


def _judged(source: Source) -> tuple[list[Shelf], list[Reject]]:
    """The shelves that a file counts, as they stand now, and its rows that say nothing of any."""
    rows, rejects = _read(source)
    times = Counter(sku for _, sku, _ in rows)
    products = {product.sku: product for product in Product.objects.filter(sku__in=times)}
    reserved = reserved_of([product.pk for product in products.values()])
    shelves = []
    for number, sku, counted in rows:
        product = products.get(sku)
        if product is None or times[sku] > 1:
            rejects.append((number, sku, "unknown_product" if product is None else "repeated_sku"))
        else:
            shelves.append(Shelf(product, product.stock_quantity + reserved.get(product.pk, 0), counted))
    return shelves, sorted(rejects)


def _read(source: Source) -> tuple[list[tuple[int, str, int]], list[Reject]]:
    layout = Layout(FIELDS, source.header, ())
    rows: list[tuple[int, str, int]] = []
    rejects: list[Reject] = []
    for number, cells in source.rows():
        if len(rows) + len(rejects) == MOST_COUNTED:
            raise UnreadableFile(f"A file may have {MOST_COUNTED:,} counts. Split it.")
        try:
            sku, counted = layout.values(cells)
        except Rejected as rejected:
            rejects.append((number, "", rejected.code))
        else:
            rows.append((number, sku, counted))
    return rows, rejects


def _as_address(rejects: list[Reject]) -> str:
    """The rejected rows as a file that the page itself holds."""
    file = io.StringIO()
    file.write(csv_line(["row_number", "reason_code", "reason", "sku"]))
    file.writelines(csv_line([row, code, WHY[code], safe_cell(sku)]) for row, sku, code in rejects)
    return f"data:text/csv;base64,{base64.b64encode(file.getvalue().encode()).decode()}"


def _is_sane(product_id: int, expected: int, counted: int) -> bool:
    return 0 < product_id < 2**63 and 0 <= expected < 2**63 and 0 <= counted <= MOST_STOCK
