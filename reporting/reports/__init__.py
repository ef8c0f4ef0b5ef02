"""All reports, by name."""

from reporting.definitions import Report
from reporting.reports.customers import CUSTOMERS
from reporting.reports.products import PRODUCTS
from reporting.reports.sales import SALES
from reporting.reports.statuses import ORDERS_BY_STATUS

REPORTS: dict[str, Report] = {report.name: report for report in (SALES, PRODUCTS, CUSTOMERS, ORDERS_BY_STATUS)}
