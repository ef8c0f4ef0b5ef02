"""Which role may do what with products and stock."""

from accounts.roles import MANAGER, ROLES, WAREHOUSE, Grants

GRANTS: Grants = {
    "view_product": ("Can view products", ROLES),
    "add_product": ("Can add products", (MANAGER,)),
    "change_product": ("Can change products", (MANAGER,)),
    "adjust_stock": ("Can adjust stock", (WAREHOUSE, MANAGER)),
}
