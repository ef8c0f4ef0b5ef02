"""What the WSGI server imports."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from common import bodies
from oms import database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")

database.ensure_running()
application = bodies.whole(get_wsgi_application(), limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
