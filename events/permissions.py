"""Who may read the whole log, with everything personal in it."""

from accounts.roles import MANAGER, Grants

GRANTS: Grants = {"view_event": ("Can view the event log", (MANAGER,))}
