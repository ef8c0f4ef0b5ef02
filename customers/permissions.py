"""Which role may do what with customers."""

from accounts.roles import FINANCE, MANAGER, ROLES, SALES, Grants

GRANTS: Grants = {
    "view_customer": ("Can view customers", ROLES),
    "add_customer": ("Can add customers", (SALES, MANAGER)),
    "change_customer": ("Can change customers", (SALES, FINANCE, MANAGER)),
    "anonymise_customer": ("Can anonymise customers", (MANAGER,)),
}
