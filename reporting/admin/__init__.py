"""Reports in the back-office: a list of them and a page for each, with chart, table and files."""

from reporting.admin import pages

__all__ = ["pages"]
