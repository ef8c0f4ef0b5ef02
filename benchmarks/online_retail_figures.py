"""Orders, units and revenue per month of the Online Retail file, computed from the file itself.

    python benchmarks/online_retail_figures.py online_retail.csv.gz

It shares no code with the project, on purpose: what `import_orders` made of the file must come to the same, to the
penny. It follows the rules that docs/importing.md states: a line counts when it has a customer and a quantity above
zero; where a product stands on an order at several prices, the price of the first line holds and the lines at
another one do not count; an order's day is the earliest of its lines that count.
"""

import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal


def counted_lines(path: str) -> Iterator[tuple[str, int, Decimal, datetime]]:
    prices: dict[tuple[str, str], Decimal] = {}
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            order, quantity, price = line["InvoiceNo"].strip(), int(line["Quantity"]), Decimal(line["UnitPrice"])
            if not line["CustomerID"].strip() or quantity <= 0 or price < 0:
                continue
            if prices.setdefault((order, line["StockCode"].strip()), price) != price:
                continue
            yield order, quantity, price, datetime.strptime(line["InvoiceDate"], "%m/%d/%y %H:%M")


def main(path: str) -> None:
    days: dict[str, datetime] = {}
    units: dict[str, int] = defaultdict(int)
    revenue: dict[str, Decimal] = defaultdict(Decimal)
    for order, quantity, price, day in counted_lines(path):
        days[order] = min(day, days.get(order, day))
        units[order] += quantity
        revenue[order] += quantity * price
    months: dict[str, list[str]] = defaultdict(list)
    for order, day in days.items():
        months[day.strftime("%Y-%m")].append(order)
    print(f"{'month':<8}{'orders':>8}{'units':>10}{'revenue':>14}")
    for month, orders in [*sorted(months.items()), ("all", list(days))]:
        total = sum(revenue[order] for order in orders)
        print(f"{month:<8}{len(orders):>8}{sum(units[order] for order in orders):>10}{total:>14.2f}")


if __name__ == "__main__":
    main(sys.argv[1])
