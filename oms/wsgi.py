"""What the WSGI server imports."""

import os

from django.core.wsgi import get_wsgi_application

from oms import database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")

database.ensure_running()
application = get_wsgi_application()
