"""Which role may do what with customers."""

from accounts.roles import FINANCE, MANAGER, ROLES, SALES, Grants

GRANTS: Grants = {
    "view_customer": ("Can view customers", ROLES),
    "add_customer": ("Can add customers", (SALES, MANAGER)),
    "change_customer": ("Can change customers", (SALES, FINANCE, MANAGER)),
    "anonymise_customer": ("Can anonymise customers", (MANAGER,)),
    "merge_customer": ("Can merge customers", (MANAGER,)),
}
# Of customer groups.
GROUP_GRANTS: Grants = {
    "view_customergroup": ("Can view customer group", ROLES),
    "add_customergroup": ("Can add customer group", (MANAGER,)),
    "change_customergroup": ("Can change customer group", (MANAGER,)),
    "delete_customergroup": ("Can delete customer group", (MANAGER,)),
}
