"""Which role may see which report: a permission for each, as the report says."""

from accounts.roles import Grants
from reporting.reports import REPORTS

GRANTS: Grants = {report.codename: (f"Can see the report {report.name}", report.roles) for report in REPORTS.values()}
