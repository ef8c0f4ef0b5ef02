"""All reports, by name."""

from reporting.definitions import Report
from reporting.reports.customers import COHORTS, CUSTOMERS, NEW_CUSTOMERS
from reporting.reports.fulfilment import FULFILMENT
from reporting.reports.payments import OPEN_BALANCES, PAYMENTS
from reporting.reports.products import NEVER_SOLD, PRODUCTS
from reporting.reports.reasons import CANCELLATIONS, RETURNS, SHORT_CLOSES
from reporting.reports.sales import SALES
from reporting.reports.statuses import ORDERS_BY_AGE, ORDERS_BY_STATUS
from reporting.reports.stock import LEDGER, LOW_STOCK, STOCK, STOCK_AS_OF
from reporting.reports.trend import SALES_TREND

REPORTS: dict[str, Report] = {
    report.name: report
    for report in (
        SALES,
        SALES_TREND,
        PRODUCTS,
        NEVER_SOLD,
        CUSTOMERS,
        NEW_CUSTOMERS,
        COHORTS,
        ORDERS_BY_STATUS,
        ORDERS_BY_AGE,
        FULFILMENT,
        CANCELLATIONS,
        SHORT_CLOSES,
        RETURNS,
        PAYMENTS,
        OPEN_BALANCES,
        STOCK,
        LOW_STOCK,
        STOCK_AS_OF,
        LEDGER,
    )
}
