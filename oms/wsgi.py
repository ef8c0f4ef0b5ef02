"""What the WSGI server imports."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from common import bodies
from oms import database, environment, leash

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")

leash.follow()
try:
    environment.require_hosts()
    database.ensure_running()
    application = bodies.whole(get_wsgi_application(), limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
except (ImproperlyConfigured, database.ServerError) as error:
    sys.exit(f"oms: {error}")
