"""What the reports must say of the Online Retail file, computed from the file itself.

    python benchmarks/online_retail_figures.py online_retail.csv.gz              figures per month
    python benchmarks/online_retail_figures.py online_retail.csv.gz --compare    and whether each report says the same

It shares no code with the project, on purpose: what `import_orders` made of the file must come to the same, to the
penny. It follows the rules that docs/importing.md states: a line counts when it has a customer and a quantity above
zero; where a product stands on an order at several prices, the price of the first line holds and the lines at
another one do not count; an order's day is the earliest of its lines that count. With --compare it asks
`manage.py report` for every report that the file can feed; the exit status is 3 if a figure differs.
"""

import csv
import gzip
import io
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"

Rows = dict[tuple[str, ...], dict[str, str]]  # what identifies a row → its figures, as csv writes them


@dataclass
class Order:
    customer: str
    day: date
    lines: list[tuple[str, int, int]] = field(default_factory=list)  # SKU, quantity, cents

    @property
    def units(self) -> int:
        return sum(quantity for _, quantity, _ in self.lines)

    @property
    def cents(self) -> int:
        return sum(cents for *_, cents in self.lines)


@dataclass
class Books:
    orders: dict[str, Order] = field(default_factory=dict)
    skus: set[str] = field(default_factory=set)
    first_days: dict[str, date] = field(default_factory=dict)


def read(path: str) -> Books:
    books, prices = Books(), dict[tuple[str, str], Decimal]()
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            number, sku, price = line["InvoiceNo"].strip(), line["StockCode"].strip(), Decimal(line["UnitPrice"])
            quantity, customer = int(line["Quantity"]), line["CustomerID"].strip()
            books.skus.add(sku)
            if not customer or quantity <= 0 or price < 0 or prices.setdefault((number, sku), price) != price:
                continue
            day = datetime.strptime(line["InvoiceDate"], "%m/%d/%y %H:%M").date()
            order = books.orders.setdefault(number, Order(f"{customer}@import.invalid", day))
            order.day = min(order.day, day)
            order.lines.append((sku, quantity, int(quantity * price * 100)))
    for order in books.orders.values():
        books.first_days[order.customer] = min(order.day, books.first_days.get(order.customer, order.day))
    return books


# What each report says, computed here


def month(day: date) -> str:
    return f"{day:%Y-%m}"


def week(day: date) -> str:
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02d}"


def quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def figures(orders: int, units: int, cents: int) -> dict[str, str]:
    """The figures where nothing is cancelled, given up or sent back."""
    return {
        "orders": str(orders),
        "units": str(units),
        "gross_cents": str(cents),
        "cancelled_orders": "0",
        "cancelled_units": "0",
        "cancelled_cents": "0",
        "short_closed_units": "0",
        "short_closed_cents": "0",
        "returned_units": "0",
        "returned_cents": "0",
        "net_units": str(units),
        "net_cents": str(cents),
    }


def percent(part: int, whole: int) -> str:
    return str((Decimal(100 * part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP))


def grouped(orders: Iterable[Order], key: Callable[[Order], str]) -> dict[str, list[Order]]:
    groups: dict[str, list[Order]] = defaultdict(list)
    for order in orders:
        groups[key(order)].append(order)
    return groups


def summed(orders: list[Order]) -> dict[str, str]:
    return figures(len(orders), sum(order.units for order in orders), sum(order.cents for order in orders))


def sales(books: Books, label: Callable[[date], str]) -> Rows:
    groups = grouped(books.orders.values(), lambda order: label(order.day))
    return {(period,): summed(orders) for period, orders in groups.items()}


def trend(books: Books) -> Rows:
    """Each month beside the one before it; those of the file follow one another."""
    rows: Rows = {}
    before: list[Order] = []
    for period, orders in sorted(grouped(books.orders.values(), lambda order: month(order.day)).items()):
        net, previous = sum(order.cents for order in orders), sum(order.cents for order in before)
        rows[(period,)] = {
            "orders": str(len(orders)),
            "previous_orders": str(len(before)),
            "average_order_cents": str((Decimal(net) / len(orders)).quantize(Decimal(1), ROUND_HALF_UP)),
            "net_cents": str(net),
            "previous_net_cents": str(previous),
            "change_cents": str(net - previous),
            "change_percent": percent(net - previous, previous) if previous else "",
        }
        before = orders
    return rows


def products(books: Books) -> Rows:
    sold: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for number, order in books.orders.items():
        for sku, quantity, cents in order.lines:
            sold[sku].append((number, quantity, cents))
    total = sum(order.cents for order in books.orders.values())
    rows: Rows = {}
    for sku, lines in sold.items():
        cents = sum(cents for *_, cents in lines)
        counted = figures(len({number for number, *_ in lines}), sum(quantity for _, quantity, _ in lines), cents)
        rows[(sku,)] = {**counted, "share_percent": percent(cents, total)}
    return rows


def never_sold(books: Books) -> Rows:
    sold = {sku for order in books.orders.values() for sku, *_ in order.lines}
    return {(sku,): {"last_sold_on": ""} for sku in books.skus - sold}


def customers(books: Books) -> Rows:
    return {
        (email,): {
            **summed(orders),
            "first_order_on": min(order.day for order in orders).isoformat(),
            "last_order_on": max(order.day for order in orders).isoformat(),
        }
        for email, orders in grouped(books.orders.values(), lambda order: order.customer).items()
    }


def new_customers(books: Books) -> Rows:
    rows: Rows = {}
    for period, orders in grouped(books.orders.values(), lambda order: month(order.day)).items():
        kinds = {
            "new_": [order for order in orders if month(books.first_days[order.customer]) == period],
            "returning_": [order for order in orders if month(books.first_days[order.customer]) != period],
            "": orders,
        }
        rows[(period,)] = {
            f"{kind}{name}": str(value)
            for kind, found in kinds.items()
            for name, value in (
                ("customers", len({order.customer for order in found})),
                ("orders", len(found)),
                ("net_cents", sum(order.cents for order in found)),
            )
        }
    return rows


def cohorts(books: Books) -> Rows:
    sizes = {cohort: len(found) for cohort, found in _members(books).items()}
    cells: dict[tuple[str, int], list[Order]] = defaultdict(list)
    for order in books.orders.values():
        first = books.first_days[order.customer]
        cells[month(first), 12 * (order.day.year - first.year) + order.day.month - first.month].append(order)
    rows: Rows = {}
    for (cohort, later), orders in cells.items():
        ordering = len({order.customer for order in orders})
        rows[cohort, str(later)] = {
            "customers": str(sizes[cohort]),
            "ordering_customers": str(ordering),
            "ordering_percent": percent(ordering, sizes[cohort]),
            "orders": str(len(orders)),
            "net_cents": str(sum(order.cents for order in orders)),
        }
    return rows


def _members(books: Books) -> dict[str, list[str]]:
    members: dict[str, list[str]] = defaultdict(list)
    for customer, day in books.first_days.items():
        members[month(day)].append(customer)
    return members


def statuses(books: Books) -> Rows:
    whole = summed(list(books.orders.values()))
    nothing = {"orders": "0", "units": "0", "gross_cents": "0"}
    others = ("PENDING", "CONFIRMED", "SHIPPED", "CANCELLED")
    return {("DELIVERED",): {name: whole[name] for name in nothing}, **{(status,): nothing for status in others}}


# What the command is asked, what identifies a row, and what it must say.
REPORTS: tuple[tuple[list[str], tuple[str, ...], Callable[[Books], Rows]], ...] = (
    (["sales", "--by", "day"], ("period",), lambda books: sales(books, date.isoformat)),
    (["sales", "--by", "week"], ("period",), lambda books: sales(books, week)),
    (["sales", "--by", "month"], ("period",), lambda books: sales(books, month)),
    (["sales", "--by", "quarter"], ("period",), lambda books: sales(books, quarter)),
    (["sales-trend", "--by", "month"], ("period",), trend),
    (["products"], ("sku",), products),
    (["never-sold"], ("sku",), never_sold),
    (["customers"], ("email",), customers),
    (["new-customers", "--by", "month"], ("period",), new_customers),
    (["cohorts"], ("cohort", "months_later"), cohorts),
    (["orders-by-status"], ("status",), statuses),
    (["cancellations"], ("reason_code",), lambda books: {}),
    (["fulfilment"], ("period", "stage"), lambda books: {}),
)


def asked(arguments: list[str]) -> list[dict[str, str]]:
    command = [sys.executable, str(MANAGE), "report", *arguments, "--format", "csv"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own command
    return list(csv.DictReader(io.StringIO(answer.stdout, newline="")))


def differences(told: list[dict[str, str]], key: tuple[str, ...], expected: Rows) -> Iterator[str]:
    """Rows that are missing, or too many, or say something else."""
    found = {tuple(row[name] for name in key): row for row in told}
    yield from (f"{each} is missing" for each in expected.keys() - found.keys())
    yield from (f"{each} is not in the file" for each in found.keys() - expected.keys())
    if len(told) != len(found):
        yield "a row stands there twice"
    for each in expected.keys() & found.keys():
        for name, value in expected[each].items():
            if found[each][name] != value:
                yield f"{each} {name}: {found[each][name]} reported, {value} in the file"


def compare(books: Books) -> int:
    print(f"\n{'report':<26}{'rows':>6}{'figures':>9}{'differences':>13}")
    wrong = 0
    for arguments, key, compute in REPORTS:
        expected = compute(books)
        found = list(differences(asked(arguments), key, expected))
        compared = sum(len(row) for row in expected.values())
        print(f"{' '.join(arguments).replace('--', ''):<26}{len(expected):>6}{compared:>9}{len(found):>13}")
        print("".join(f"    {each}\n" for each in found[:5]), end="")
        wrong += len(found)
    return 3 if wrong else 0


def show(books: Books) -> None:
    print(f"{'month':<8}{'orders':>8}{'units':>10}{'revenue':>14}")
    months = grouped(books.orders.values(), lambda order: month(order.day))
    for name, orders in [*sorted(months.items()), ("all", list(books.orders.values()))]:
        told = summed(orders)
        print(f"{name:<8}{told['orders']:>8}{told['units']:>10}{Decimal(told['net_cents']) / 100:>14.2f}")


def main(path: str, *options: str) -> int:
    books = read(path)
    show(books)
    return compare(books) if "--compare" in options else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
