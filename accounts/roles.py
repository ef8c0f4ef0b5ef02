"""The roles of the staff and how each app hands its permissions to them."""

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

VIEWER, SALES, WAREHOUSE, FINANCE, MANAGER = ROLES = ("viewer", "sales", "warehouse", "finance", "manager")

# Permission codename → (its name, the roles that have it).
Grants = Mapping[str, tuple[str, Iterable[str]]]


def grant(app_label: str, model: str, grants: Grants, *, using: str = "default") -> None:
    """Create a model's permissions and give them to the roles; doing it again changes nothing."""
    content_type, _ = ContentType.objects.db_manager(using).get_or_create(app_label=app_label, model=model)
    for codename, (name, roles) in grants.items():
        permission, _ = Permission.objects.using(using).get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        for role in roles:
            group, _ = Group.objects.using(using).get_or_create(name=role)
            group.permissions.add(permission)
