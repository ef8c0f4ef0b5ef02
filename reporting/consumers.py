"""What the worker does for reports: it keeps the rollups."""

from django.conf import settings

from common.actors import Actor
from common.jobs import Job
from reporting.models import RollupZone
from reporting.rebuilding import rebuild
from reporting.rollups import advance


def keep_business_days() -> bool:
    """Add the days of the business zone to the rollups when it is new; until then quarters of an hour serve."""
    if not RollupZone.objects.filter(zone=settings.OMS_TIME_ZONE, is_whole=True).exists():
        rebuild(actor=Actor.command("worker"))
    return False


JOBS = (
    Job("keep-business-days", every=60, step=keep_business_days),
    Job("add-to-rollups", every=0.5, step=advance),
)
