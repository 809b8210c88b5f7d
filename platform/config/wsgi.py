"""The web process."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from core import loaded
from core.db.starting import refuse_unsafe_pooler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
refuse_unsafe_pooler()
loaded.stays(settings.ROOT_URLCONF, settings.PUBLIC_SCHEMA_URLCONF)
