"""The pages of reports with the roles they are for. They have a matrix of their own: they need a snapshot."""

from accounts.roles import ROLES
from reporting.reports import REPORTS

REPORT_PAGES: dict[str, tuple[str, ...]] = {
    "reporting_report_changelist": ROLES,
    **{f"reporting_report_{report.name}": report.roles for report in REPORTS.values()},
}
